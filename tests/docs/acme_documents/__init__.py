"""The database of docs/how-to/resource-type.md, a package of its own."""

from acme_documents.spec import DocumentsSpec

__all__ = ["DocumentsSpec"]
