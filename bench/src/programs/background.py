"""The same in Prefect: a task that does nothing, delayed by sixteen threads."""

import sys

import background_task

if sys.argv[1] == "work":
    background_task.nothing.serve()
else:
    background_task.measure(int(sys.argv[1]))
