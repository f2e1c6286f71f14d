"""Secret variables that workloads share: generated ones, and ones a person provides."""

from twinstack.secrets.spec import GeneratedSecret, ProvidedSecret, SecretsSpec

__all__ = ["GeneratedSecret", "ProvidedSecret", "SecretsSpec"]
