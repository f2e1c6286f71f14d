"""The commands of delivery and what they show; what they do lies in `twinstack.delivery`."""

__all__: list[str] = []
