#!/usr/bin/env bash
# Installs, runs every test verbosely, then the unit and the integration tests apart.
set -euo pipefail
cd "$(dirname "$0")/.."
npm ci
npm test
npm run test:unit
npm run test:integration
