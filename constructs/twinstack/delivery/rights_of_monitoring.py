"""What the pipeline's roles may do to what watches an environment: alarms, their topic, a dashboard, and a managed Prometheus.

A scraper is made by a person: making one lets it into the cluster. What it asks, and the rules, the pipeline changes.
Source: Service Authorization Reference, of each service.
"""

from __future__ import annotations

from typing import Final

from twinstack.aws import Statement
from twinstack.delivery.rights import actions_of, asked_in, names_of, place_of, tagged_as
from twinstack.environment import Context


def looking(context: Context) -> Statement:
    """What a plan reads of it."""
    return Statement("Watching", READING, ["*"], {"StringEquals": asked_in(context)})


def watching(context: Context) -> list[Statement]:
    """Changing it: things of the environment's names, or with its tags where AWS gives the names."""
    place, name, account = place_of(context), names_of(context), context.account
    prometheus = f"arn:aws:aps:{place}"
    return [
        Statement("Alarms", ALARMS, [f"arn:aws:cloudwatch:{place}:alarm:{name}"]),
        Statement("Dashboards", DASHBOARDS, [f"arn:aws:cloudwatch::{account}:dashboard/{name}"]),
        Statement("Topics", TOPICS, [f"arn:aws:sns:{place}:{name}"]),
        # AWS knows no resource for these.
        Statement("Subscriptions", SUBSCRIPTIONS, ["*"], {"StringEquals": asked_in(context)}),
        Statement(
            "NewPrometheus",
            ("aps:CreateWorkspace",),
            ["*"],
            {"StringEquals": {**asked_in(context), **tagged_as(context, "Request")}},
        ),
        Statement(
            "Prometheus",
            PROMETHEUS,
            [f"{prometheus}:{kind}" for kind in ("workspace/*", "rulegroupsnamespace/*", "scraper/*")],
            {"StringEquals": tagged_as(context, "Resource")},
        ),
        Statement(
            "NewRules",
            ("aps:CreateRuleGroupsNamespace", "aps:TagResource"),
            [f"{prometheus}:rulegroupsnamespace/*"],
            {"StringEquals": tagged_as(context, "Request")},
        ),
    ]


READING: Final = (
    *actions_of("cloudwatch", "DescribeAlarms GetDashboard ListTagsForResource"),
    *actions_of("sns", "GetSubscriptionAttributes GetTopicAttributes ListTagsForResource"),
    *actions_of(
        "aps",
        "DescribeAlertManagerDefinition DescribeLoggingConfiguration DescribeRuleGroupsNamespace DescribeScraper "
        "DescribeWorkspace ListTagsForResource",
    ),
)
ALARMS: Final = actions_of("cloudwatch", "PutMetricAlarm DeleteAlarms TagResource UntagResource")
DASHBOARDS: Final = actions_of("cloudwatch", "PutDashboard DeleteDashboards")
TOPICS: Final = actions_of("sns", "CreateTopic DeleteTopic SetTopicAttributes Subscribe TagResource UntagResource")
SUBSCRIPTIONS: Final = actions_of("sns", "SetSubscriptionAttributes Unsubscribe")
PROMETHEUS: Final = actions_of(
    "aps",
    "CreateAlertManagerDefinition PutAlertManagerDefinition DeleteAlertManagerDefinition CreateLoggingConfiguration "
    "UpdateLoggingConfiguration DeleteLoggingConfiguration UpdateWorkspaceAlias DeleteWorkspace PutRuleGroupsNamespace "
    "DeleteRuleGroupsNamespace UpdateScraper DeleteScraper TagResource UntagResource",
)
