"""Programs of other systems let in and shut out: `./oms api-client`."""

import click
from django.utils import timezone

from oms.domain.accounts import clients
from oms.domain.accounts.models import ApiClient
from oms.domain.directory.queries import organization_names
from oms.faces.cli.commands import ADMINISTRATOR, examples, oms


@oms.group("api-client")
def api_client() -> None:
    """Programs that use the FHIR API by a token."""


@api_client.command(
    epilog=examples(
        'api-client add "МИС поликлиники № 1" --organization clinic:779901 '
        "--scope system/Appointment.* --scope system/Patient.read",
    )
)
@click.argument("name")
@click.option("--organization", default="", help="Whose program it is: clinic:CODE.")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it may do.")
def add(name: str, organization: str, scopes: tuple[str, ...]) -> None:
    """Let a program in and print its token, this once: only a digest of it is kept."""
    if organization and not organization_names(keys=[organization]):
        raise click.ClickException(f"No such organisation: {organization}")
    client, token = clients.make(
        name=name,
        organization=organization,
        scopes=scopes,
        by=ADMINISTRATOR,
        at=timezone.now(),
    )
    click.echo(token)
    click.echo(f"{client.key}. Keep the token where only the program can read it.", err=True)


@api_client.command("list", epilog=examples("api-client list"))
def show() -> None:
    """List the programs, what they may do, and when they were last seen."""
    for client in clients.every():
        click.echo(_line(client))


@api_client.command(epilog=examples("api-client revoke 3"))
@click.argument("number", type=int)
def revoke(number: int) -> None:
    """Withdraw a program's token, at once and for good."""
    client = clients.revoke(pk=number, by=ADMINISTRATOR, at=timezone.now())
    click.echo(f"{client.name}: its token opens nothing any more.")


def _line(client: ApiClient) -> str:
    used = f"used {client.last_used_at:%d.%m.%Y}" if client.last_used_at else "never used"
    state = f"revoked {client.revoked_at:%d.%m.%Y}" if client.revoked_at else used
    whose = client.organization or "no organisation"
    return f"{client.pk}  {client.name}  {whose}  {state}  {' '.join(client.scopes)}"
