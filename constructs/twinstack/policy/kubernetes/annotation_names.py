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
        "int": "auth-keepalive auth-keepalive-requests auth-keepalive-timeout auth-tls-verify-depth canary-weight"
        " canary-weight-total cors-max-age limit-burst-multiplier limit-connections limit-rate limit-rate-after"
        " limit-rpm limit-rps permanent-redirect-code proxy-buffers-number proxy-connect-timeout"
        " proxy-next-upstream-timeout proxy-next-upstream-tries proxy-read-timeout proxy-send-timeout"
        " proxy-ssl-verify-depth session-cookie-expires session-cookie-max-age temporal-redirect-code"
        " upstream-hash-by-subset-size",
        "size": "client-body-buffer-size proxy-body-size proxy-buffer-size proxy-busy-buffers-size"
        " proxy-max-temp-file-size",
        "on|off": "mirror-request-body proxy-buffering proxy-request-buffering proxy-ssl-verify",
        "networks": "allowlist-source-range denylist-source-range limit-allowlist whitelist-source-range",
        "snippet": "auth-snippet configuration-snippet modsecurity-snippet server-snippet stream-snippet",
        "basic|digest": "auth-type",
        "HTTP|HTTPS|GRPC|GRPCS|FCGI|AUTO_HTTP": "backend-protocol",
        "round_robin|ewma": "load-balance",
        "any|all": "satisfy",
        "cookie": "affinity",
        "balanced|persistent": "affinity-mode",
        "on|off|optional|optional_no_ca": "auth-tls-verify-client",
        "text": "affinity-canary-behavior app-root auth-cache-duration auth-cache-key auth-method"
        " auth-proxy-set-headers auth-realm auth-request-redirect auth-response-headers auth-secret auth-secret-type"
        " auth-signin auth-signin-redirect-param auth-tls-error-page auth-tls-match-cn auth-tls-secret auth-url"
        " canary-by-cookie canary-by-header canary-by-header-pattern canary-by-header-value connection-proxy-header"
        " cors-allow-headers cors-allow-methods cors-allow-origin cors-expose-headers custom-headers"
        " custom-http-errors default-backend fastcgi-index fastcgi-params-configmap mirror-host mirror-target"
        " modsecurity-transaction-id opentelemetry-operation-name permanent-redirect proxy-cookie-domain"
        " proxy-cookie-path proxy-http-version proxy-next-upstream proxy-redirect-from proxy-redirect-to"
        " proxy-ssl-ciphers proxy-ssl-name proxy-ssl-protocols proxy-ssl-secret relative-redirects rewrite-target"
        " server-alias session-cookie-domain session-cookie-name session-cookie-path session-cookie-samesite"
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
