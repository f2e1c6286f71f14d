"""A file system on Amazon EFS, which several pods share."""

from twinstack.file_system.spec import FileSystemSpec

__all__ = ["FileSystemSpec"]
