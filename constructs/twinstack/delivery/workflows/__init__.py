"""The pipeline of a product as GitHub's workflows, made from its environments and never written by hand."""

from twinstack.delivery.workflows.files import files_of

__all__ = ["files_of"]
