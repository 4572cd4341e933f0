"""An organisation's own sign-in service, as the settings name it: without what it takes to talk to one."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from services.settings import Settings, SettingsError


class Provider(BaseModel):
    """An organisation's own sign-in service, as LIANBAN_OIDC names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=40)
    issuer: str = Field(pattern=r"^https?://\S+$")
    client_id: str
    client_secret: SecretStr


class OutsideAway(Exception):
    """The organisation's sign-in service does not answer as it should; try again, or sign in another way."""


def provider_of(told: Settings) -> Provider | None:
    """The service of `LIANBAN_OIDC`; None where none is set. Raises SettingsError."""
    if told.oidc is None:
        return None
    try:
        return Provider.model_validate_json(told.oidc.get_secret_value())
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_input=False)[0]["loc"])) or "it"
        raise SettingsError(
            f"LIANBAN_OIDC must be a JSON object with name, issuer, client_id, client_secret: see {where}."
        ) from None
