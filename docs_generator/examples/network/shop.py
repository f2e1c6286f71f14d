"""A network of one's own."""

from constructs import Construct

from twinstack import aws
from twinstack.environment import Environment
from twinstack.network import NetworkSpec


class ShopEnvironment(Environment):
    network: NetworkSpec


class Infrastructure(aws.Infrastructure[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.network = aws.Network(self, environment.network)
