"""The scheduled job: solve again if something changed, leave decided things alone, and say what changed because of what."""
