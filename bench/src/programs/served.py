"""The same flow, served by Prefect."""

from prefect import flow


@flow(name="bench served")
def served() -> None:
    pass


if __name__ == "__main__":
    served.serve(name="default", print_starting_message=False)
