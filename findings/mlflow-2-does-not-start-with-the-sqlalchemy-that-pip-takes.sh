#!/usr/bin/env bash
# MLflow 2.22.5, the newest of 2.x, asks for sqlalchemy<3,>=1.4.0, so pip takes 2.1 for it today, and its server then ends at start: a name that it
# imports is gone. One expects that what pip puts together for a pinned version works. Who keeps MLflow 2 beside others that need it
# finds this on the next fresh install, in a new image or on another machine.
# What helps: pip install "mlflow==2.22.5" "sqlalchemy<2.1".
# The packages that the server needs stand in here for all of mlflow's, which are 850 MB.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --dry-run --no-deps --report mlflow.json mlflow==2.22.5
asked=$(venv/bin/python -c 'import json
[mlflow] = json.load(open("mlflow.json"))["install"]
print([one for one in mlflow["metadata"]["requires_dist"] if one.startswith("sqlalchemy")][0])')
echo "MLflow 2.22.5 asks for $asked"
try() {
  venv/bin/pip install --quiet --disable-pip-version-check mlflow-skinny==2.22.5 "alembic<2" "flask<4" "graphene<4" "gunicorn<24" "sqlalchemy==$1"
  venv/bin/python -c "import mlflow.store.tracking.sqlalchemy_store" 2> error.txt && echo "with SQLAlchemy $1 its store is imported" && return
  echo "with SQLAlchemy $1: $(tail -n 1 error.txt | sed 's/ (.*//')"
  return 1
}
try 2.0.45
if try 2.1.9; then exit 1; fi
grep -q ImportError error.txt
[ "$asked" = "sqlalchemy<3,>=1.4.0" ]
