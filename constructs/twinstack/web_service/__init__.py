"""A web service: a Deployment behind a Service, scaled by load."""

from twinstack.web_service.spec import HealthPaths, WebServiceSpec

__all__ = ["HealthPaths", "WebServiceSpec"]
