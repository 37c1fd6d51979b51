"""Pages of the shipped case studies: what a sensitivity study says of each, written for a finance officer.

python -m pages --write        from the folder tests: writes docs/case-studies again
"""
