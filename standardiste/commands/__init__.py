"""One file per noun of the command line."""

from standardiste.commands import calls, config, contact, doctor, message, plan, prompt, request, serve, staff

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
    contact.contact,
    request.request,
    config.config,
    doctor.doctor,
)
