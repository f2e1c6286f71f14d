#!/bin/bash
# The requirement's scripts/deploy.sh without its four docker commands: there is nothing to build and nowhere to push to.

set -e

ENVIRONMENT=$1
VERSION=$2

if [ -z "$ENVIRONMENT" ] || [ -z "$VERSION" ]; then
    echo "Usage: ./deploy.sh <environment> <version>"
    exit 1
fi

echo "Deploying version $VERSION to $ENVIRONMENT..."

# Update Kubernetes
kubectl set image deployment/analytics-backend \
    backend=shadower/analytics-backend:"$VERSION" \
    -n analytics

kubectl set image deployment/analytics-frontend \
    frontend=shadower/analytics-frontend:"$VERSION" \
    -n analytics

# Wait for rollout
kubectl rollout status deployment/analytics-backend -n analytics
kubectl rollout status deployment/analytics-frontend -n analytics

echo "Deployment complete!"
