"""Endpoints of the accounts: signing in and out, inviting."""

from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from models.errors import Refused
from models.fields import instant_of
from server import envelope
from server.backend import Backend, SignedIn, Text

TOLD = ("token", "workspace", "member", "name", "letter")


class Login(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    code: str = Field(min_length=1, max_length=40)
    device: Text = Field(min_length=1, max_length=200)


class Invite(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    name: Text = Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")


def add_routes(app: FastAPI, backend: Backend) -> None:
    accounts = backend.accounts

    @app.post("/v1/login")
    async def login(request: Request, body: Login) -> Response:
        """Exchanges a code for this device's token. 403: the code does not hold."""
        who = request.client.host if request.client else ""
        if backend.failures.too_many(who):
            raise HTTPException(429, "too many wrong codes; wait a minute", {"retry-after": "60"})
        backend.failures.add(who)  # before anything is awaited, so that guesses at once are counted, too
        try:
            await backend.read(accounts.check, body.code, backend.clock())  # no writer waits for a wrong code
            signed = await backend.write(accounts.login, body.code, body.device, backend.clock())
        except Refused as error:
            raise HTTPException(403, str(error)) from error
        backend.failures.take_back(who)
        request.state.epoch = signed.epoch
        return envelope.document(request, {name: getattr(signed, name) for name in TOLD})

    @app.post("/v1/invite")
    async def invite(request: Request, device: SignedIn, body: Invite) -> Response:
        """A code with which the person called `name` signs in one device. 403: not with one of this member's."""
        try:
            code, expires = await backend.write(
                accounts.invite, device.workspace, body.name, device.member, backend.clock()
            )
        except Refused as error:
            raise HTTPException(403, str(error)) from error
        return envelope.document(request, {"code": code, "expires": instant_of(expires)})

    @app.get("/v1/whoami")
    async def whoami(request: Request, device: SignedIn) -> Response:
        """Whom this device's token stands for."""
        return envelope.document(request, {name: getattr(device, name) for name in TOLD[1:]})

    @app.post("/v1/logout")
    async def logout(request: Request, device: SignedIn) -> Response:
        """Revokes this device's token."""
        await backend.write(accounts.logout, device, backend.clock())
        return envelope.document(request, {})
