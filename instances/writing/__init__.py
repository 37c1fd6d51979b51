"""Writing an instance as a folder, a workbook or a database; what is written reads back as the same instance."""

from instances.writing.errors import WriteError
from instances.writing.form import Form, empty_form, form_of
from instances.writing.target import check_target, kind_of_target, write_form

__all__ = ["Form", "WriteError", "check_target", "empty_form", "form_of", "kind_of_target", "write_form"]
