"""The annotations that ingress controllers know, and what each takes.

ingress-nginx: its page "Annotations Scope and Risk" at 03c5ce57add5, and the validators of its annotation parsers. AWS Load
Balancer Controller: `pkg/annotations/constants.go` at 00c019c9b860, values by its page "Ingress annotations". Both read on
2026-11-29.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NGINX: Final[Mapping[str, str]] = {
    name: kind
    for kind, names in {
        "bool": "auth-always-set-cookie auth-keepalive-share-vars auth-tls-pass-certificate-to-upstream canary"
        " cors-allow-credentials disable-proxy-intercept-errors enable-access-log enable-cors enable-global-auth"
        " enable-modsecurity enable-opentelemetry enable-owasp-core-rules enable-rewrite-log force-ssl-redirect"
        " from-to-www-redirect http2-push-preload opentelemetry-trust-incoming-span preserve-trailing-slash"
        " proxy-ssl-server-name service-upstream session-cookie-change-on-failure"
        " session-cookie-conditional-samesite-none session-cookie-partitioned session-cookie-secure ssl-passthrough"
        " ssl-prefer-server-ciphers ssl-redirect upstream-hash-by-subset use-port-in-redirects use-regex",
        "int": "auth-keepalive auth-keepalive-requests auth-keepalive-timeout auth-tls-verify-depth canary-weight-total cors-max-age limit-burst-multiplier limit-connections limit-rate limit-rate-after"
        " limit-rpm limit-rps proxy-buffers-number proxy-connect-timeout"
        " proxy-next-upstream-timeout proxy-next-upstream-tries proxy-read-timeout proxy-send-timeout"
        " proxy-ssl-verify-depth session-cookie-expires session-cookie-max-age"
        " upstream-hash-by-subset-size",
        "size": "client-body-buffer-size proxy-body-size proxy-buffer-size proxy-busy-buffers-size"
        " proxy-max-temp-file-size",
        "on|off": "mirror-request-body proxy-buffering proxy-request-buffering proxy-ssl-verify",
        "networks": "allowlist-source-range denylist-source-range limit-allowlist whitelist-source-range",
        "snippet": "auth-snippet configuration-snippet modsecurity-snippet server-snippet stream-snippet",
        "0..1000": "canary-weight",
        "300..308": "permanent-redirect-code temporal-redirect-code",
        "1.0|1.1": "proxy-http-version",
        "None|Lax|Strict": "session-cookie-samesite",
        "auth-file|auth-map": "auth-secret-type",
        "sticky|legacy": "affinity-canary-behavior",
        "codes": "custom-http-errors",
        "basic|digest": "auth-type",
        "HTTP|HTTPS|GRPC|GRPCS|FCGI|AUTO_HTTP": "backend-protocol",
        "round_robin|ewma": "load-balance",
        "any|all": "satisfy",
        "cookie": "affinity",
        "balanced|persistent": "affinity-mode",
        "on|off|optional|optional_no_ca": "auth-tls-verify-client",
        "text": "app-root auth-cache-duration auth-cache-key auth-method"
        " auth-proxy-set-headers auth-realm auth-request-redirect auth-response-headers auth-secret"
        " auth-signin auth-signin-redirect-param auth-tls-error-page auth-tls-match-cn auth-tls-secret auth-url"
        " canary-by-cookie canary-by-header canary-by-header-pattern canary-by-header-value connection-proxy-header"
        " cors-allow-headers cors-allow-methods cors-allow-origin cors-expose-headers custom-headers"
        " default-backend fastcgi-index fastcgi-params-configmap mirror-host mirror-target"
        " modsecurity-transaction-id opentelemetry-operation-name permanent-redirect proxy-cookie-domain"
        " proxy-cookie-path proxy-next-upstream proxy-redirect-from proxy-redirect-to"
        " proxy-ssl-ciphers proxy-ssl-name proxy-ssl-protocols proxy-ssl-secret relative-redirects rewrite-target"
        " server-alias session-cookie-domain session-cookie-name session-cookie-path"
        " ssl-ciphers temporal-redirect upstream-hash-by upstream-vhost x-forwarded-prefix",
    }.items()
    for name in names.split()
}
"""What ingress-nginx takes of each annotation, by its name without the prefix."""

ALB: Final[Mapping[str, str]] = {
    name: kind
    for kind, names in {
        "bool": "enable-frontend-nlb manage-backend-security-group-rules multi-cluster-target-group"
        " shield-advanced-protection use-regex-path-match create-acm-cert dry-run-plan",
        "1..1000": "group.order",
        "1..65535": "ssl-redirect target-control-port",
        "5..300": "healthcheck-interval-seconds frontend-nlb-healthcheck-interval-seconds",
        "2..120": "healthcheck-timeout-seconds frontend-nlb-healthcheck-timeout-seconds",
        "2..10": "healthy-threshold-count unhealthy-threshold-count frontend-nlb-healthcheck-healthy-threshold-count"
        " frontend-nlb-healthcheck-unhealthy-threshold-count",
        "1..604800": "auth-session-timeout",
        "internal|internet-facing": "scheme frontend-nlb-scheme",
        "ipv4|dualstack|dualstack-without-public-ipv4": "ip-address-type",
        "instance|ip": "target-type",
        "HTTP|HTTPS": "backend-protocol healthcheck-protocol",
        "HTTP1|HTTP2|GRPC": "backend-protocol-version",
        "none|oidc|cognito": "auth-type",
        "authenticate|allow|deny": "auth-on-unauthenticated-request",
        "networks": "inbound-cidrs",
        "json": "listen-ports auth-idp-cognito auth-idp-oidc jwt-validation mutual-authentication",
        "pairs": "tags load-balancer-attributes target-group-attributes target-node-labels frontend-nlb-attributes"
        " frontend-nlb-tags frontend-nlb-listener-port-mapping minimum-load-balancer-capacity",
        "path": "healthcheck-path frontend-nlb-healthcheck-path",
        "32": "load-balancer-name",
        "group": "group.name",
        "codes": "success-codes frontend-nlb-healthcheck-success-codes",
        "arns": "certificate-arn wafv2-acl-arn acm-pca-arn",
        "text": "acm-pca-arn auth-scope auth-session-cookie customer-owned-ipv4-pool frontend-nlb-eip-allocations"
        " frontend-nlb-healthcheck-port frontend-nlb-healthcheck-protocol frontend-nlb-security-groups"
        " frontend-nlb-subnets healthcheck-port ipam-ipv4-pool-id security-group-prefix-lists security-groups"
        " ssl-policy subnets waf-acl-id wafv2-acl-name web-acl-id",
    }.items()
    for name in names.split()
}
"""What the AWS Load Balancer Controller takes of each annotation, by its name without the prefix."""

ALB_NAMED: Final = ("actions.", "conditions.", "transforms.", "listener-attributes.")
"""The beginnings of annotations that end in a name of one's own; all but the last hold JSON."""

_LOGS: Final = ("access_logs", "connection_logs", "health_check_logs")
LOAD_BALANCER: Final[Mapping[str, str]] = {
    **{f"{name}.s3.enabled": "bool" for name in _LOGS},
    **{f"{name}.s3.{end}": "text" for name in _LOGS for end in ("bucket", "prefix")},
    "deletion_protection.enabled": "bool",
    "idle_timeout.timeout_seconds": "1..4000",
    "client_keep_alive.seconds": "60..604800",
    "ipv6.deny_all_igw_traffic": "bool",
    "load_balancing.cross_zone.enabled": "bool",
    "routing.http.desync_mitigation_mode": "monitor|defensive|strictest",
    "routing.http.drop_invalid_header_fields.enabled": "bool",
    "routing.http.preserve_host_header.enabled": "bool",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "bool",
    "routing.http.xff_client_port.enabled": "bool",
    "routing.http.xff_header_processing.mode": "append|preserve|remove",
    "routing.http2.enabled": "bool",
    "waf.fail_open.enabled": "bool",
    "zonal_shift.config.enabled": "bool",
}
"""The attributes of an Application Load Balancer. Source: Elastic Load Balancing API, LoadBalancerAttribute."""

TARGET_GROUP: Final[Mapping[str, str]] = {
    "deregistration_delay.timeout_seconds": "0..3600",
    "load_balancing.algorithm.anomaly_mitigation": "on|off",
    "load_balancing.algorithm.type": "round_robin|least_outstanding_requests|weighted_random",
    "load_balancing.cross_zone.enabled": "true|false|use_load_balancer_configuration",
    "slow_start.duration_seconds": "0..900",
    "stickiness.app_cookie.cookie_name": "text",
    "stickiness.app_cookie.duration_seconds": "1..604800",
    "stickiness.enabled": "bool",
    "stickiness.lb_cookie.duration_seconds": "1..604800",
    "stickiness.type": "lb_cookie|app_cookie",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "text",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "text",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "text",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "text",
}
"""The attributes of its target groups. Source: Elastic Load Balancing API, TargetGroupAttribute."""

ACTIONS: Final = (
    "forward",
    "redirect",
    "fixed-response",
    "authenticate-cognito",
    "authenticate-oidc",
    "jwt-validation",
)
"""The types of an action. Source: Elastic Load Balancing API, Action."""
