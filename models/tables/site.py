"""场所: a place under works or in use, with its clock (live, virtual or frozen)."""

from datetime import datetime

from sqlalchemy import Column, Identity, Integer
from sqlmodel import Field, SQLModel

from models.tables.columns import big, instant


class Site(SQLModel, table=True):
    """场所: a place under works or in use, with its clock (live, virtual or frozen)."""

    __tablename__ = "site"

    id: int | None = Field(default=None, sa_column=Column(Integer, Identity(), primary_key=True))
    code: str = Field(unique=True)
    name: str
    name_en: str
    zone: str
    language: str = "zh"
    clock: str = "live"
    virtual_now: datetime | None = Field(default=None, sa_column=instant(null=True))
    playbook: str
    coordinator: str
    floorplan: str | None = None
    phone: str | None = None
    """By which residents reach the committee."""
    version: int = 1
    next_number: int = Field(default=1, sa_column=big())
