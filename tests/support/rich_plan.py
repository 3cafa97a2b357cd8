"""A plan in which every part of the model has a value, for tests that go through all of them."""

RICH_PLAN = """
timezone: Europe/Paris
country: FR
languages: [fr, en]
organisation:
  name: {fr: Mairie de Saint-Exemple, en: Saint-Exemple town hall}
  callback_text: {fr: Nous vous rappelons., en: We call you back.}
  privacy_contact: Le délégué
  privacy_email: donnees@example.org
  privacy_address: 1 place de la Mairie, 00000 Saint-Exemple
  privacy_page: https://www.example.org/donnees
numbers:
  "+33199000000":
    landing: ["+33199000000", "+33199000003"]
    language: fr
    greeting: {fr: Bonjour., en: Hello.}
    menu: main
    hours: office
  "+33899000000":
    landing: ["+33199000001"]
    surcharged: true
    price_notice: application
    price_text: {fr: Ce service coûte 6 centimes la minute., en: This service costs 6 cents a minute.}
    language: en
    greeting: {fr: Bonsoir., en: Good evening.}
    menu: evening
    hours: always
staff_line: "+33199000009"
requests:
  due_h: 16
  escalate_h: 8
  escalate_tell: nobody
  topics:
    - {name: billing, title: {fr: Facturation, en: Billing}, level: 2, due_h: 4}
    - {name: complaint, title: {fr: Réclamation, en: Complaint}, escalate_h: 2, escalate_tell: everybody}
  outcomes:
    - {name: answered, title: {fr: Réponse donnée, en: Answered}}
    - {name: nothing, title: {fr: Rien à faire, en: Nothing to do}}
menus:
  main:
    title: {fr: Accueil, en: Reception}
    keys:
      "1": {to: staff, fr: "Pour parler à l'équipe", en: To speak to the team}
      "2": {to: callback, fr: Pour être rappelé, en: To be called back}
      "3": {play: daily, fr: Pour le message du jour, en: "To hear today's message"}
      "5": {to: voicemail, fr: Pour laisser un message, en: To leave a message}
      "9": {to: overflow}
      "*": {repeat: true}
    wrong: {fr: [Un., Deux.], en: [One., Two.]}
    silence: {fr: [Trois., Quatre.], en: [Three., Four.]}
    lost: staff
  evening:
    title: {fr: Soir, en: Evening}
    keys:
      "1": {to: staff, fr: "Pour parler à l'équipe", en: To speak to the team}
    wrong: {fr: [Un., Deux.], en: [One., Two.]}
    silence: {fr: [Trois., Quatre.], en: [Three., Four.]}
    lost: voicemail
hours:
  office:
    title: {fr: Bureau, en: Office}
    holidays: metropolitan
    week:
      mon-thu: 08:30-12:30, 13:30-18:00
      fri: 09:00-12:30, 13:30-17:00
    exceptions:
      2030-12-24: 09:00-12:00
      2031-08-04 to 2031-08-17: {open: closed, fr: Nous sommes en congés., en: We are on holiday.}
  always:
    title: {fr: Toujours, en: Day and night}
    week:
      mon-sun: 00:00-24:00
announcements:
  daily:
    title: {fr: Message du jour, en: Message of the day}
    when_none: last
    max_seconds: 90
    renew_by: "10:00"
    approval: second
  news: {title: {fr: Actualités, en: News}}
staff:
  strategy: rrmemory
  ring_s: 20
  max_wait_s: 300
  wrapup_s: 10
  more_wrapup_s: 60
  answer_within_s: 30
  outcome: required
  browser_away_s: 90
  misses: 3
  pauses:
    - {name: lunch, title: {fr: Déjeuner, en: Lunch}}
    - {name: meeting, title: {fr: Réunion, en: Meeting}}
  relax: [2 after 30, other languages after 90]
waiting:
  offer_every_s: 30
  announce_every_s: 30
while_choosing: sound
voices: {fr: piper, en: espeak-ng}
satisfaction:
  share_percent: 20
  record_words: no
  questions:
    - {name: welcome, text: {fr: "Avez-vous été bien accueilli ?", en: "Were you well received?"}}
    - {name: help, text: {fr: "Avons-nous pu vous aider ?", en: "Could we help you?"}}
retention:
  reception: 365
overflow:
  rules:
    - {when: nobody-ready}
    - {when: waiting-above, value: 10}
  centres:
    - name: north
      title: {fr: Nord, en: North}
      number: "+33199000050"
      ring_s: 20
      caller_id: "+33199000000"
      contract:
        paid_by: contact
        answered_by: agent
        from: 2026-01-01
        until: 2035-12-31
        contact_price: 2.45
        contact_free_s: 10
        contacts_min: 200
        hour_price: 31.50
        hours_planned: 320
        hours_min: 160
        hour_step_min: 15
        set_up: 900
        rounded_on: line
        service_percent: 80
        service_s: 20
        penalty_percent: 5
        outcomes: [answered, nothing]
        card_min: 5
        outcome_h: 24
        hours: office
        priority: 2
        share: 100
        capacity: 12
        code: spoken
        script: {fr: "Demandez le numéro du dossier.", en: "Ask for the file number."}
    - {name: south, title: {fr: Sud, en: South}, sip: south}
callbacks:
  ranges: [metropolitan, belgium]
  sites:
    - name: www
      title: {fr: Site, en: Site}
      number: "+33199000000"
      origins: ["https://www.example.org"]
      topics: {fr: [Une question, Un rendez-vous], en: [A question, An appointment]}
"""
