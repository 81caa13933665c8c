#!/bin/sh
# `server` and `worker`, with options or without, start one of them. Other subcommands of theirs, and every other program, run as they are.
set -eu

program=${1:-server}
case "$program" in
  server | worker)
    [ $# -eq 0 ] || shift
    case "${1:-}" in
      -h | --help) ;;
      '' | -*) set -- start "$@" ;;
    esac
    set -- ostinato "$program" "$@"
    ;;
esac

# What the check of health asks.
if [ "$1 ${2:-} ${3:-}" = "ostinato worker start" ]; then
  case " $* " in
    *' --health-port'* | *' --help '*) ;;
    *) set -- "$@" --health-port "${OSTINATO_HEALTH_PORT:-4280}" ;;
  esac
fi

exec "$@"
