"""The version, the same as the newest entry of CHANGELOG.md."""

__version__ = "0.1.0"
