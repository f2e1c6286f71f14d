"""How the keys and tokens of well-known services are written: what each begins with, and what follows.

Facts only, as the services publish them so that scanners find their keys. Compared by eye on 2026-11-28 with the 222 rules of
gitleaks (commit b58d3f1); what is no key of a program's (a session's cookie, a public key) was left out. What scanners know by
a service's name beside the value is left to the name of the variable (secrets_in_text.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of key."""

    what: str
    marks: tuple[str, ...]
    """What it begins with: nothing else is looked for before one of them is there."""
    rest: str
    """What follows, as a pattern of bounded length: a scan is never more than linear in its input."""
    before: str = ""
    """What stands before that mark, where it is not the first, also of bounded length."""
    alone: str = "A-Za-z0-9"
    """The characters that none of this kind begins after."""
    may_be_public: bool = False
    """Whether some of this kind are given to everybody, by what they are for."""

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Each place where one stands."""
        if any(mark in text for mark in self.marks):
            for match in _pattern(self.alone, self.before, self.marks, self.rest).finditer(text):
                if not _is_made_up(match["rest"]):
                    yield match


def _is_made_up(rest: str) -> bool:
    """`sk_live_xxxxxxxx`, `AKIAIOSFODNN7EXAMPLE`: what documentation shows."""
    return len(rest) >= _TELLING and (len(set(rest)) < _FEWEST_LETTERS or "EXAMPLE" in rest)


@cache
def _pattern(alone: str, before: str, marks: tuple[str, ...], rest: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![{alone}]){before}(?:{'|'.join(map(re.escape, marks))})(?P<rest>{rest})")


def _key(what: str, marks: str, characters: str, length: int, *, may_be_public: bool = False) -> Shape:
    return Shape(what, tuple(marks.split()), f"[{characters}]{{{length}}}", may_be_public=may_be_public)


_LETTERS: Final = "A-Za-z0-9"
_URL_SAFE: Final = "A-Za-z0-9_-"
_HEX: Final = "0-9a-f"
_FEWEST_LETTERS: Final = 4
_TELLING: Final = 8
"""Characters from which on a rest without variety is somebody's finger on one key."""
SHORTEST: Final = 15
"""Characters of the shortest key there is, a Slack token's."""

SHAPES: Final = (
    # Clouds and where programs run
    _key("an AWS access key", "AKIA ASIA ABIA ACCA", "A-Z0-9", 16),
    _key("an AWS Bedrock key", "ABSK", "A-Za-z0-9+/", 100),
    _key("a Google API key", "AIza", _URL_SAFE, 35, may_be_public=True),
    _key("a Google client secret", "GOCSPX-", _URL_SAFE, 28),
    _key("a Google access token", "ya29.", _URL_SAFE, 20),
    Shape("an Azure storage key", ("AccountKey=",), r"[A-Za-z0-9+/]{80}"),
    Shape("an Azure service bus key", ("SharedAccessKey=",), r"[A-Za-z0-9+/]{40}"),
    Shape("an Azure client secret", ("Q~",), r"[A-Za-z0-9_~.-]{31}", before=r"[A-Za-z0-9_~.]{3}[0-9]"),
    _key("an Alibaba Cloud key", "LTAI", _LETTERS, 20),
    _key("a Yandex Cloud key", "AQVN", _URL_SAFE, 35),
    _key("a DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", _HEX, 64),
    _key("a Heroku key", "HRKU-", _URL_SAFE, 30),
    _key("a Fly.io token", "fo1_ fm1_ fm1a_ fm1r_ fm2_", r"A-Za-z0-9_+/=,-", 40),
    _key("a Netlify token", "nfp_", _LETTERS, 36),
    _key("a Cloudflare key", "v1.0-", _HEX, 24),
    _key("a Databricks token", "dapi", _HEX, 32),
    _key("a PlanetScale token", "pscale_tkn_ pscale_pw_ pscale_oauth_", r"A-Za-z0-9_.=-", 32),
    _key("a Supabase key", "sbp_ sb_secret_", _URL_SAFE, 20),
    _key("a Scalingo token", "tk-us-", _URL_SAFE, 40),
    # Code and packages
    _key("a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", _LETTERS, 36),
    _key("a GitHub token", "github_pat_", r"A-Za-z0-9_", 40),
    _key(
        "a GitLab token",
        "glpat- gldt- glcbt- glptt- glft- glimt- glagent- gloas- glrt- glrtr- glsoat- glffct- GR1348941",
        _URL_SAFE,
        20,
    ),
    _key("a Bitbucket token", "ATBB", r"A-Za-z0-9_=.-", 28),
    _key("an Atlassian token", "ATATT3 ATCTT3", r"A-Za-z0-9_=-", 40),
    _key("an npm token", "npm_", _LETTERS, 36),
    _key("a PyPI token", "pypi-AgEIcHlwaS5vcmc pypi-AgENdGVzdC5weXBpLm9yZ", _URL_SAFE, 20),
    _key("a RubyGems key", "rubygems_", _HEX, 48),
    _key("a crates.io token", "cio", _LETTERS, 32),
    _key("a Clojars token", "CLOJARS_", _LETTERS, 60),
    _key("a Docker token", "dckr_pat_ dckr_oat_", _URL_SAFE, 27),
    _key("a JFrog key", "AKCp cmVmd", _LETTERS, 59),
    _key("a CircleCI token", "CCIPAT_ CCIPRJ_", _URL_SAFE, 20),
    _key("a Buildkite token", "bkua_", _LETTERS, 40),
    # Secrets, infrastructure, what watches
    _key("a Vault token", "hvs. hvb. hvr.", _URL_SAFE, 24),
    Shape("a Terraform Cloud token", (".atlasv1.",), r"[A-Za-z0-9_=-]{60}", before=r"[A-Za-z0-9]{14}"),
    _key("a Pulumi token", "pul-", _HEX, 40),
    _key("a Doppler token", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", r"A-Za-z0-9._-", 40),
    _key("a 1Password token", "ops_eyJ", r"A-Za-z0-9+/=_-", 100),
    Shape("a 1Password key", ("A3-",), r"[A-Z0-9]{6}-[A-Z0-9-]{11,12}-(?:[A-Z0-9]{5}-){2}[A-Z0-9]{5}"),
    _key("an age key", "AGE-SECRET-KEY-1", "A-Z0-9", 58),
    _key("a Tailscale key", "tskey-", _URL_SAFE, 16),
    _key("a Harness token", "pat. sat.", r"A-Za-z0-9._-", 60),
    _key("a Prefect key", "pnu_ pnb_", _LETTERS, 36),
    _key("an Infracost key", "ico-", _LETTERS, 32),
    _key("a Grafana token", "glsa_ glc_", r"A-Za-z0-9_+/=", 32),
    _key("a Grafana key", "eyJrIjoi", _LETTERS, 70),
    _key("a New Relic key", "NRAK- NRII- NRRA- NRAL-", _URL_SAFE, 27),
    _key("a Sentry token", "sntrys_ sntryu_ sntrya_", r"A-Za-z0-9+/=_", 60),
    _key("a Dynatrace token", "dt0c01. dt0s01. dt0s16.", r"A-Z0-9.", 80),
    _key("a PostHog key", "phx_ phs_", _LETTERS, 32),
    # Models
    Shape(
        "a key of OpenAI's kind", ("sk-",), r"(?:(?:proj|svcacct|admin|ant|or|lf)-)?[A-Za-z0-9_-]{3,8}[A-Za-z0-9_-]{17}"
    ),
    _key("a Hugging Face token", "hf_ api_org_", "A-Za-z", 34),
    _key("a Groq key", "gsk_", _LETTERS, 40),
    _key("an xAI key", "xai-", _LETTERS, 60),
    _key("a Perplexity key", "pplx-", _LETTERS, 40),
    _key("a Replicate token", "r8_", _LETTERS, 37),
    _key("a LangSmith key", "lsv2_pt_ lsv2_sk_", r"a-z0-9_", 32),
    # Money
    _key("a Stripe key", "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_", _LETTERS, 16),
    _key("a Stripe webhook secret", "whsec_", r"A-Za-z0-9+/", 24),
    _key("a Square token", "sq0atp- sq0csp-", _URL_SAFE, 22),
    _key("a Square token", "EAAA", _URL_SAFE, 60),
    _key("a Flutterwave key", "FLWSECK_TEST- FLWSECK-", r"A-Za-z0-9-", 12),
    _key("a Plaid token", "access-sandbox- access-development- access-production-", r"0-9a-f-", 36),
    _key("a Duffel token", "duffel_test_ duffel_live_", _URL_SAFE, 40),
    _key("an EasyPost key", "EZAK EZTK", _LETTERS, 54),
    # Mail, messages, shops, tools
    _key("a Slack token", "xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe.xoxb- xoxe.xoxp- xapp-", r"A-Za-z0-9-", 10),
    Shape("a Slack webhook", ("hooks.slack.com/",), r"(?:services|workflows|triggers)/[A-Za-z0-9+/]{30}"),
    Shape(
        "a Discord webhook",
        ("discord.com/api/webhooks/", "discordapp.com/api/webhooks/"),
        r"[0-9]{17,20}/[A-Za-z0-9_-]{40}",
    ),
    Shape("a Teams webhook", (".webhook.office.com/webhookb2/",), r"[0-9a-f-]{36}@"),
    _key("a Twilio key", "SK", _HEX, 32),
    Shape("a SendGrid key", ("SG.",), r"[A-Za-z0-9_-]{16,30}\.[A-Za-z0-9_-]{16}"),
    _key("a Brevo key", "xkeysib- xsmtpsib-", _HEX, 64),
    _key("a Mailgun key", "key-", _HEX, 32),
    _key("a Resend key", "re_", _LETTERS + "_", 32),
    _key("a Shopify token", "shpat_ shpca_ shppa_ shpss_", "0-9a-fA-F", 32),
    _key("a Facebook token", "EAAM EAAC EAAB", _LETTERS, 60),
    Shape("a Telegram token", (":A",), r"[A-Za-z0-9_-]{34}", before=r"[0-9]{5,16}"),
    Shape("a Mailchimp key", ("-us",), r"[0-9]{1,2}", before=r"[0-9a-f]{32}"),
    _key("a Linear key", "lin_api_ lin_oauth_", _LETTERS, 40),
    _key("a Notion token", "ntn_ secret_", _LETTERS, 43),
    Shape("an Airtable token", ("pat",), r"[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    _key("a Figma token", "figd_ figo_", _URL_SAFE, 40),
    _key("a Postman key", "PMAK-", r"0-9a-f-", 34),
    _key("a Contentful token", "CFPAT-", _URL_SAFE, 40),
    _key("a Typeform token", "tfp_", r"A-Za-z0-9_.=-", 40),
    _key("a ReadMe key", "rdme_", "a-z0-9", 64),
    _key("a Frame.io token", "fio-u-", r"A-Za-z0-9_=-", 60),
    _key("a Mapbox secret token", "sk.eyJ", r"A-Za-z0-9_-", 40),
    _key("an Adobe secret", "p8e-", "a-z0-9", 32),
    _key("a Defined Networking token", "dnkey-", r"A-Za-z0-9=_-", 60),
    _key("a Sourcegraph token", "sgp_", r"A-Za-z0-9_", 40),
    _key("a Sonar token", "squ_ sqp_ sqa_", _HEX, 40),
    _key("a Shippo token", "shippo_live_ shippo_test_", "0-9a-fA-F", 40),
    _key("a SettleMint token", "sm_aat_ sm_pat_ sm_sat_", _LETTERS, 16),
    _key("an OpenShift token", "sha256~", _URL_SAFE, 43),
    _key("an Octopus Deploy key", "API-", "A-Z0-9", 26),
    Shape("a MaxMind key", ("_",), r"[A-Za-z0-9]{29}_mmk", before=r"[A-Za-z0-9]{6}"),
    Shape("an Intra 42 secret", ("s-s4t2ud-", "s-s4t2af-"), r"[0-9a-f]{64}"),
    # Of no service
    Shape(
        "a JSON web token", ("eyJ",), r"[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8}", alone=_URL_SAFE, may_be_public=True
    ),
    Shape("a private key", ("-----BEGIN ",), r"[A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"),
    Shape("a private key", ("PuTTY-User-Key-File-",), r"[23]:"),
)
