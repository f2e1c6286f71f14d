"""A web service: a Deployment behind a Service, scaled by load."""

from twinstack.web_service.spec import WebServiceSpec

__all__ = ["WebServiceSpec"]
