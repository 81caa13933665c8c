"""Reads and writes tables through database blocks that a program in TypeScript has saved, and saves some for it.

Prints one JSON object of what it read.
"""

import asyncio
import json
import os
from typing import Dict, Optional

from prefect.blocks.core import Block
from prefect_sqlalchemy import AsyncSqlAlchemyConnector, ConnectionComponents, SqlAlchemyConnector
from pydantic import SecretStr

parts = json.loads(os.environ["DATABASE_PARTS"])
sqlite_file = os.environ["SQLITE_FILE"]


class DatabaseCredentials(Block):
    """As prefect-sqlalchemy had it before version 0.5."""

    _block_type_slug = "database-credentials"
    _block_type_name = "Database Credentials"

    driver: Optional[str] = None
    username: Optional[str] = None
    password: Optional[SecretStr] = None
    database: Optional[str] = None
    host: Optional[str] = None
    port: Optional[str] = None
    query: Optional[Dict[str, str]] = None
    url: Optional[str] = None


async def main() -> None:
    plain = await SqlAlchemyConnector.aload("from-typescript")
    told = {
        "class": type(plain).__name__,
        "password": plain.connection_info.password.get_secret_value(),
        "url": plain.connection_info.create_url().render_as_string(hide_password=True),
        "fetch_size": plain.fetch_size,
    }
    async with await AsyncSqlAlchemyConnector.aload("from-typescript-async") as database:
        rows = await database.fetch_all("SELECT id, note, amount, due FROM invoices ORDER BY id")
        told["rows"] = [[id, note, str(amount), due.isoformat()] for id, note, amount, due in rows]
        await database.execute(
            "INSERT INTO invoices VALUES (:id, :note, 3.30, now())", parameters={"id": 3, "note": "from python"}
        )

    with SqlAlchemyConnector(
        connection_info=ConnectionComponents(driver="sqlite+pysqlite", database=sqlite_file)
    ) as database:
        database.execute("CREATE TABLE moments (id INTEGER, happened DATETIME)")
        database.execute("INSERT INTO moments VALUES (1, '2026-01-31 12:00:00.123456')")
        await database.save("python-sqlite")
    await SqlAlchemyConnector(connection_info=f"sqlite:///{sqlite_file}").save("python-url")
    components = ConnectionComponents(driver="postgresql+asyncpg", **parts)
    await AsyncSqlAlchemyConnector(connection_info=components, fetch_size=5).save("python-async")
    await DatabaseCredentials(driver="postgresql+psycopg2", **{**parts, "port": str(parts["port"])}).save("python-old")
    print(json.dumps(told))


asyncio.run(main())
