"""Where alerts go: an encrypted SNS topic that AWS's watchers of this account may publish to, and who is told."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from twinstack.aws import Key, pin, resource_policy
from twinstack.monitoring.spec import MonitoringSpec


class Topic(Construct):
    """The topic with its key and policy; or one that exists, of which nothing is made.

    CloudWatch publishes to no topic under AWS's own key, so it has one. Sources: Amazon SNS Developer Guide, "Key management",
    "Enable compatibility between event sources from AWS services and encrypted topics".
    """

    def __init__(self, scope: Construct, spec: MonitoringSpec, *, publishers: tuple[str, ...]) -> None:
        super().__init__(scope, "topic")
        self.subscriptions: list[SnsTopicSubscription] = []
        self.topic: SnsTopic | None = None
        self.policy: SnsTopicPolicy | None = None
        if spec.topic_arn:
            self.arn: str = spec.topic_arn
            return
        key, account = spec.key, spec.context.account
        of_account = {"StringEquals": {"aws:SourceAccount": account}}
        self.key: Key = Key(
            self,
            key,
            spec.topic_name,
            context=spec.context,
            purpose=f"{spec.topic_name}: what alarms say",
            users=tuple((service, of_account) for service in publishers),
        )
        self.topic = pin(
            SnsTopic(
                self, "topic", name=spec.topic_name, kms_master_key_id=self.key.arn, tags={"Name": spec.topic_name}
            ),
            key,
        )
        self.arn = self.topic.arn
        self.policy = pin(
            SnsTopicPolicy(
                self,
                "policy",
                arn=self.arn,
                policy=resource_policy(
                    [
                        {
                            "Sid": "Alerts",
                            "Effect": "Allow",
                            "Principal": {"Service": list(publishers)},
                            "Action": ["sns:Publish", "sns:GetTopicAttributes"],
                            "Resource": self.arn,
                            "Condition": of_account,
                        }
                    ]
                ),
            ),
            key,
        )
        for number, one in enumerate(spec.notify, 1):
            subscription = SnsTopicSubscription(
                self, f"subscription-{number}", topic_arn=self.arn, protocol=one.protocol, endpoint=one.endpoint
            )
            self.subscriptions.append(pin(subscription, f"{key}_{number}"))
