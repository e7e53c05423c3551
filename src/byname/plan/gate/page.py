"""The gate's own page: what it is, what its rules may name, and the rules, from the rules themselves."""

from __future__ import annotations

from byname.plan.gate.columns import LEVELS, PARAMETERS, columns_of
from byname.plan.gate.rule import rules
from byname.profile_columns import PROFILE

__all__ = ["MEANS", "gate_page", "gate_table"]

# What the columns beside `profile` mean, and the parameters.
MEANS = {
    "most": "contacts that the person bears within the window",
    "window_days": "its length in days",
    "rest_days": "days of rest from one contact to the next",
    "open_days": "a bit for each of the seven days: set where they may be contacted",
    "from_minute": "of the company's day, from when it is day where they are",
    "to_minute": "until when",
    "restricted": "they restricted the use of their data",
    "paused_until": "they asked for a pause until that day",
    "own_wish": "the pace is their own wish",
    "drawn": "the pace of this week was drawn by lot",
    "had": "contacts within that window already",
    "action": "the play",
    "team": "sales, marketing, product, service",
    "kind": "ask, give, thank, news, service",
    "purpose": "contract, service, feedback, marketing, public: on which consent it goes",
    "owed": "an apology, a promise or a service that is owed",
    "cooldown_days": "days until the same may reach the same person again",
    "holds_offer": "its words hold an offer",
    "everyone": "it is meant for everybody, wherever they stand",
    "scarce": "so many a week; null: as many as there are",
    "reaches": "share of all people for whom it is meant; null where there are fewer than 20",
    "uses_concluded": "its words hold what we concluded about people",
    "days_since_same": "days since the same play reached them; null: never",
    "held": "the lot left them out, of this play or of all",
    "crossed": "the line of theirs that its words would cross, in their own words; null: none",
    "disliked": "what they dislike that it is, in their own words; null: nothing",
    "not_now_days": "days since a colleague said of the play that now is not the time for them; null: nobody did",
    "not_now_by": "who",
    "not_now_on": "on which day, in words",
    "not_now_why": "why; empty where nothing was said",
    "not_right_days": "days since a colleague said that the play is not right for them; null: nobody did",
    "not_right_by": "who",
    "not_right_on": "on which day, in words",
    "not_right_why": "why",
    "address": "of the channel; null: none",
    "objected": "an objection to marketing or profiling holds for the channel",
    "asked": "they asked for the channel",
    "refused": "they asked not to be reached by it",
    "sent": "contacts by it within 365 days",
    "answered": "of them answered",
    "bounced": "the latest came back",
    "liking": "0 to 1: asked, then observed",
    "channel": "email, sms, phone, whatsapp, letter, in_person; null: they have none that the play uses",
    "basis": "consent, soft opt-in, legitimate interest, contract; anything else counts as consent",
    "consent": "given, withdrawn, not given: for the play's purpose on this channel; null counts as not given",
    "disliked_way": "what they said against the channel; null: nothing",
    "in_line": "place among those who pass all else, the best first, after those whom it reached within seven days",
    "asks": "`[plan] asks`",
    "gives_per_ask": "`[plan] gives_per_ask`",
    "as_of": "the day of the plan",
    "ahead": "days from it to the last day of the plan: 0 or 6",
}

_ABOUT = """\
# Who may be contacted

Before anybody is planned for, everybody for whom a playbook is meant stands before one gate. It has named rules; each
is one question in SQL and one sentence (`src/byname/plan/gate/rules.toml`), and each stands for something that a
friend would not do. There is no score and no rule outweighs another: a way to a person is open if no rule closes it.

- **What is open** is `candidates`: person, playbook, channel. The choice takes from these alone.
- **What is closed** is `blocked`: person, playbook, the first rule of the list that closes the best channel that the
  person has, its sentence, and under `also` the other rules that do, so that nobody mends one thing to find the next.
- **One definition.** For millions the rules are part of one statement; for one person (`friend_check`) it is the same
  statement over one row, and every rule is named, also those that let through.

A rule is asked as rarely as it can be: of a person once, of a play once for each person, of a channel for each way
there. What is scarce comes last, in the order of lifetime value, among those who pass all else: who is blocked takes
no place.

What is not known (null) blocks or lets through as each rule says. Consent is strict: nothing known is no yes, and a
basis that nobody knows is consent. A person without a row of `pace` is left alone; one without a row of `profile`,
such as a minor, stands on neither side. What is owed passes the budgets, the rest and the lot. It does not pass a
restriction, a pause, a refused channel or an objection, unless service is what it is.

**Own words.** What people do not want, be it said as a dislike or among their topics ("not about machines"), is
understood by playbook, team, kind, purpose, channel and topic (a playbook's `topics`), in the words of six languages
(`words.toml`). A line is understood if it names a column of `profile`, a group of columns or a purpose; it holds for
what is owed too. A line that nobody can read is crossed by every playbook whose words hold more than a name.

**Nobody said yes.** Without consents and without a basis under `[basis]` nothing but service and what is owed passes,
and the plan says so (`nothing_but_service`).
"""


def gate_page() -> str:
    """docs/gate.md."""
    kinds = {name: kind for level in LEVELS for name, kind in columns_of(level).items()} | PARAMETERS
    rows = [
        f"| `{'$' if name in PARAMETERS else ''}{name}` | {kinds[name]} | {_cell(says)} |"
        for name, says in MEANS.items()
    ]
    return (
        "\n\n".join(
            [
                _ABOUT.strip(),
                "## The rules",
                "In this order. A null in the question blocks or passes, as the column says.",
                gate_table(),
                "## What a rule may name",
                f"The {len(PROFILE) - 1} columns of a person (`byname.profile_columns`), and these. "
                "A rule of persons sees those of `pace`, one of actions the play too, one of channels the way there.",
                "\n".join(["| column | kind | meaning |", "|---|---|---|", *rows]),
            ]
        )
        + "\n"
    )


def gate_table() -> str:
    """The rules as a table in Markdown, in their order."""
    rows = [
        f"| {rule.number + 1} | `{rule.name}` | {_cell(rule.title)} | `{_cell(rule.blocks)}` | "
        f"{'blocks' if rule.strict else 'passes'} | {rule.level} | {_cell(rule.says)} | {', '.join(rule.demands)} |"
        for rule in rules()
    ]
    return "\n".join(
        ["| | rule | asks | blocks where | null | level | says | by |", "|---|---|---|---|---|---|---|---|", *rows]
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
