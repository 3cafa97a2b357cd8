"""One file per noun of the command line."""

from standardiste.commands import (
    calls,
    config,
    contact,
    doctor,
    hours,
    message,
    overflow,
    plan,
    prompt,
    request,
    serve,
    staff,
    trunk,
)

ALL = (
    serve.server,
    serve.prepare,
    serve.serve_calls,
    serve.serve_switch,
    calls.call,
    calls.trace,
    calls.calls,
    message.message,
    prompt.prompt,
    plan.plan,
    staff.staff,
    hours.hours,
    overflow.overflow,
    trunk.trunk,
    contact.contact,
    request.request,
    config.config,
    doctor.doctor,
)
