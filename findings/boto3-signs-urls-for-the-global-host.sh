#!/usr/bin/env bash
# boto3 1.44.8: a presigned URL of S3 names the global host, though the client has a region.
#
# Expected: the region's host, as in the client's own endpoint_url. A new bucket outside us-east-1 answers under
#           the global host with a redirect, and the signature covers the host.
# Seen:     acme-exports.s3.amazonaws.com; with addressing_style=virtual acme-exports.s3.eu-
#           central-1.amazonaws.com.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check boto3==1.44.8
cat >sign.py <<'EOF'
from urllib.parse import urlsplit

import boto3
from botocore.config import Config


def host(**options):
    client = boto3.client(
        "s3", region_name="eu-central-1", aws_access_key_id="none", aws_secret_access_key="none", **options
    )
    url = client.generate_presigned_url("get_object", Params={"Bucket": "acme-exports", "Key": "report.csv"})
    return urlsplit(url).hostname


print(host(), host(config=Config(s3={"addressing_style": "virtual"})))
EOF
seen=$(AWS_CONFIG_FILE=/dev/null tools/bin/python sign.py)
echo "$seen"
if ! [[ "$seen" == "acme-exports.s3.amazonaws.com acme-exports.s3.eu-central-1.amazonaws.com" ]]; then
  echo "this has changed" >&2
  exit 1
fi
