"""The one catalogue of refusals: what is so, what to do next, and the answer's status. `docs/reference/refusals.md` is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from handrail.core.common.refusals import Refused


@dataclass(frozen=True)
class Sentence:
    """What is so, then what to do, beginning with a verb. `status` is the HTTP answer."""

    what: Any
    next: Any
    status: int = 422


CATALOGUE: Mapping[str, Sentence] = {
    "another-engine": Sentence(_("This copy was made of another kind of database: %(name)s."), _("Set HANDRAIL_DATABASE_URL as it was on the machine that made the copy.")),
    "another-installation": Sentence(_("This copy is of another installation than this data folder."), _("Name an empty folder in HANDRAIL_HOME, or choose the right copy.")),
    "bad-address": Sentence(_("This is no network address: %(address)s."), _("Write it like 192.168.8.10.")),
    "bad-amount": Sentence(_("This number must lie between %(least)s and %(most)s."), _("Correct the number and save again.")),
    "bad-certificate": Sentence(_("The certificate and its key cannot be read, or do not belong together."), _("Look at HANDRAIL_TLS_CERT and HANDRAIL_TLS_KEY.")),
    "bad-expiry": Sentence(_("This last day of use lies too far off to be right."), _("Read the date off the box again.")),
    "bad-key": Sentence(_("This is not a public key of the right kind (EC P-256, without its private part)."), _("Let the device make a new key.")),
    "bad-lan-name": Sentence(_("A name on the network has letters, digits and hyphens, at most 63."), _("Choose another with --name.")),
    "bad-lot": Sentence(_("A lot code has 1 to %(longest)s ordinary characters."), _("Read it off the box again.")),
    "bad-name": Sentence(_("A name here has 1 to %(longest)s ordinary characters on one line."), _("Choose another name.")),
    "bad-native-id": Sentence(_("This sample id does not have the form that its source uses."), _("Check this line of the file.")),
    "bad-pin": Sentence(_("A PIN has %(least)s to %(most)s digits, not all the same and not in a row."), _("Choose another one.")),
    "bad-port": Sentence(_("HANDRAIL_PORT names no port: %(port)s."), _("Name a number from 1 to 65535.")),
    "bad-proxy": Sentence(_("HANDRAIL_PROXY names no single address: %(address)s."), _("Name the address that the proxy comes from, like 127.0.0.1.")),
    "bad-reading": Sentence(_("This reading is not one of the values that the source uses."), _("Check this line of the file.")),
    "bad-reference": Sentence(_("A reference has 1 to %(longest)s ordinary characters on one line."), _("Write the one that counsel gave, and no name of a participant.")),
    "bad-span": Sentence(_("%(name)s names no span of time."), _("Write minutes or hours, like 15m or 1h.")),
    "bad-tls-key": Sentence(_("The certificate’s key has a form that the server does not read."), _("Write it anew: openssl pkcs8 -topk8 -nocrypt.")),
    "bad-weight": Sentence(_("The full container weighs less than the empty one."), _("Weigh again, or use another method.")),
    "batch-too-large": Sentence(_("A batch holds at most %(most)s acts. The first of them were taken."), _("Send the rest in smaller parts.")),
    "busy": Sentence(_("The database had no turn to give just now. Nothing was saved."), _("Send it again: it will be saved once."), 503),
    "cannot-announce": Sentence(_("The name cannot be announced at %(address)s."), _("Join the network, then start again.")),
    "certificate-elsewhere": Sentence(_("The certificate is not for %(name)s."), _("Name its host in HANDRAIL_NAME, or get another.")),
    "certificate-over": Sentence(_("The certificate is not good today; it ends on %(until)s."), _("Renew it, and look at this machine’s clock.")),
    "clock-behind": Sentence(_("This machine’s clock says %(now)s, which cannot be."), _("Set date and time, then start again.")),
    "conflict": Sentence(_("This was saved before with other contents. Both are kept."), _("Look at what was saved. What you typed still stands here: save only what is missing."), 409),
    "console-only": Sentence(_("This is changed from the operator's console only."), _("Ask whoever runs this installation.")),
    "copy-broken": Sentence(_("This copy is cut or damaged. Nothing was changed."), _("Take another copy.")),
    "copy-failed": Sentence(_("The copy could not be written to %(where)s. There is no half copy."), _("Look whether that folder is there and can be written to, then run ./handrail backup again.")),
    "copy-not-ours": Sentence(_("This copy was not written with the keys of this installation. Nothing was changed."), _("Choose the right copy, or bring the right keys back.")),
    "copy-runs": Sentence(_("Another copy is being made."), _("Wait until it is whole.")),
    "copy-unsound": Sentence(_("The %(name)s journal of this copy does not hold, at %(day)s. Nothing was changed."), _("Take an older copy, and keep this one for whoever looks into it.")),
    "database-not-empty": Sentence(_("This database holds tables already."), _("Make an empty one and name it in HANDRAIL_DATABASE_URL.")),
    "date-ahead": Sentence(_("This time lies ahead of the clock."), _("Check the device's clock and save again.")),
    "date-too-old": Sentence(_("This lies more than %(days)s days back."), _("Check the date; older records are imported.")),
    "debug-on": Sentence(_("DEBUG is on: pages would show strangers how the house works."), _("Use the settings that come with it.")),
    "demo-for-life": Sentence(_("This data folder is a demo, for life."), _("Name another folder in HANDRAIL_HOME for a real site.")),
    "demo-full": Sentence(_("A demo takes at most %(most)s visits of your own."), _("Start a real site: ./handrail up --site NAME.")),
    "demo-prints-no-cards": Sentence(_("A demo prints no cards: nobody should carry one of them."), _("Start a real site: ./handrail up --site NAME.")),
    "desk-only": Sentence(_("This is done at a desk only."), _("Sign in and do it there.")),
    "device-held-full": Sentence(_("Too much of this device waits for review already: %(most)s acts today. Nothing was taken."), _("Ask your lead to review what is held, or send again tomorrow."), 503),
    "device-revoked": Sentence(_("This device was taken out of use. What it brings is kept for a reviewer."), _("Ask your lead.")),
    "draft-changed": Sentence(_("This is not the draft that you read."), _("Load the page anew and read it again."), 409),
    "drafted-before-another": Sentence(_("Something about the same people left after this was drafted."), _("Draft it again: what can be shown may be less now."), 409),
    "enrol-ended": Sentence(_("This sheet lets no device in: it was used, or it is older than half an hour."), _("Print a new one on the devices page.")),
    "file-too-large": Sentence(_("This file is larger than %(most)s MB. Nothing was taken."), _("Divide it and import the parts.")),
    "first-at-a-desk": Sentence(_("Your password was given to you and is good once, at a desk."), _("Sign in at a desk first, and set up your own.")),
    "granted-by-the-other": Sentence(_("One of you gave the other the role to sign."), _("Ask a third person to sign."), 403),
    "guards-missing": Sentence(_("The database lacks the guard %(name)s: records could be changed unseen."), _("Run ./handrail verify, look at what it names, then ./handrail up --guards.")),
    "handle-taken": Sentence(_("Another worker has this handle."), _("Choose another handle.")),
    "held-changed": Sentence(_("This line is not what it was when you opened the page: more was held, or some of it ended."), _("Look at it again."), 409),
    "held-full": Sentence(_("Too much waits for review here. Nothing was taken."), _("Ask your lead to review what is held, then send again."), 503),
    "held-gone": Sentence(_("This is not held here, or not any more."), _("Go back to what is held."), 404),
    "imported-elsewhere": Sentence(_("This file was imported before, for another site."), _("Name that site, or leave it as it is.")),
    "keys-beside-data": Sentence(_("The keys lie readable at %(where)s, on the volume of the data: who takes one takes both."), _("Run ./handrail keys wrap, or name other media in HANDRAIL_KEYS.")),
    "keys-broken": Sentence(_("The key file %(where)s cannot be read: it was changed, or not written to its end."), _("Bring it back from the copy you keep of the key folder.")),
    "keys-exposed": Sentence(_("Others on this machine may read %(where)s."), _("Run chmod -R go-rwx on the key folder, or mount its media for its owner alone.")),
    "keys-locked": Sentence(_("A passphrase stands before the keys, and nobody said it."), _("Start from a terminal, or name a file descriptor in HANDRAIL_PASSPHRASE_FD.")),
    "keys-missing": Sentence(_("The keys of this data folder are not at %(where)s."), _("Name the key folder in HANDRAIL_KEYS, or bring the keys back.")),
    "last-step": Sentence(_("This is your only second step."), _("Add another passkey first.")),
    "locked": Sentence(_("This screen is locked. Recording with no code goes on; reading a person waits."), _("Unlock it with your PIN, or go on with no code.")),
    "lot-differs": Sentence(_("This lot is known here with another last day of use: %(expires)s."), _("Read the box again; if the known day is wrong, tell your lead.")),
    "lot-needed": Sentence(_("This item is kept by lot."), _("Read the lot code off the box.")),
    "margins-do-not-add-up": Sentence(_("The sums of this table do not add up: %(cells)s."), _("Mend the cells that are named, then try again.")),
    "model-input": Sentence(_("These inputs cannot be run: %(problem)s (and %(more)s more)."), _("Correct what is named, then run again. Nothing was run.")),
    "naloxone-apart": Sentence(_("Naloxone is recorded in its own part, so that doses are counted once."), _("Record it as naloxone.")),
    "name-taken": Sentence(_("Another machine on this network answers to %(name)s."), _("Stop that one, or choose another name with --name.")),
    "negative-cell": Sentence(_("A count cannot be below zero: %(cells)s."), _("Mend the cells that are named, then try again.")),
    "newer-schema": Sentence(_("This database was made by a later version (%(name)s)."), _("Run that version.")),
    "no-day-kept": Sentence(_("This span covers no day."), _("Choose a last day that is not before the first.")),
    "no-door": Sentence(_("Nobody outside this machine may come in over plain http."), _("Name a certificate (HANDRAIL_TLS_CERT, HANDRAIL_TLS_KEY) or a proxy (HANDRAIL_PROXY), or use --lan.")),
    "no-host-name": Sentence(_("HANDRAIL_NAME does not say under which host name people come."), _("Name it, like handrail.example.org.")),
    "no-offline-key": Sentence(_("There is no offline key to encrypt a copy to."), _("Run ./handrail keys offline and keep what it prints away from this machine.")),
    "no-private-address": Sentence(_("This machine is on no private network."), _("Join the Wi-Fi or plug in the router, then start again.")),
    "no-reading": Sentence(_("This line holds no reading."), _("Check this line of the file.")),
    "no-room": Sentence(_("There is not enough room on the disk at %(where)s. There is no half copy."), _("Make room, or name another folder.")),
    "no-such-draft": Sentence(_("There is no such draft waiting."), _("Go back to the list of releases."), 404),
    "no-such-file": Sentence(_("This file cannot be opened."), _("Check its name, and whether you may read it.")),
    "no-such-hold": Sentence(_("No hold of this kind stands here."), _("Load the page again.")),
    "no-such-page": Sentence(_("There is no page here for you."), _("Go back to the start."), 404),
    "no-such-program": Sentence(_("PostgreSQL's %(name)s is not on this machine."), _("Install PostgreSQL's client programs.")),
    "no-such-release": Sentence(_("There is no such release."), _("Go back to the list of releases."), 404),
    "not-a-batch": Sentence(_("This does not have the form of a batch. Only acts that could be read were taken."), _("Send the whole batch again.")),
    "not-a-code": Sentence(_("That is not a card code."), _("Type it again, or go on without a code.")),
    "not-a-row": Sentence(_("This line is not a row of the table."), _("Check this line of the file.")),
    "not-allowed": Sentence(_("Your role does not cover this here."), _("Ask your lead.")),
    "not-an-act": Sentence(_("This does not have the form of an act."), _("Check the sender against the reference of acts.")),
    "not-an-identity": Sentence(_("This holds no offline key."), _("Name the file that ./handrail keys offline printed, or type the line that begins with AGE-SECRET-KEY.")),
    "not-asked": Sentence(_("Nobody said that the person asked for it."), _("Tick the line, if they did.")),
    "not-an-outbox": Sentence(_("This is not a file that a device saved of what it had not sent. Nothing was taken."), _("Save it on the device again.")),
    "not-asked-here": Sentence(_("This channel does not ask that."), _("Leave it out, or change where you are.")),
    "not-canonical": Sentence(_("Text must be NFC without control characters, numbers must be whole."), _("Mend the sender.")),
    "not-naloxone": Sentence(_("This item is not naloxone."), _("Record it among what was given.")),
    "not-openable": Sentence(_("This was sealed to a key that is not here, or was changed on the way."), _("Ask whoever keeps the keys of this installation.")),
    "not-readable": Sentence(_("This request cannot be read. Nothing was saved."), _("Go back and try again.")),
    "not-set-up": Sentence(_("There is nothing in this data folder yet."), _("Run ./handrail up first.")),
    "not-text": Sentence(_("This file is not UTF-8 text. Nothing was taken."), _("Save it as CSV in UTF-8 and import that.")),
    "not-this-devices": Sentence(_("This act names another device or site than the one that sent it."), _("Look at how the device is enrolled.")),
    "not-this-machine": Sentence(_("This machine does not have the address %(address)s."), _("Name one that it has.")),
    "not-this-outcome": Sentence(_("A held act of this reason cannot end that way."), _("Choose one of the ways on the page.")),
    "not-this-way": Sentence(_("This address does not answer that way. Nothing was saved."), _("Go back and use the page's own buttons."), 405),
    "not-yours-to-undo": Sentence(_("Another worker saved this."), _("Ask them to undo it, or count the shelf.")),
    "nothing-counted": Sentence(_("No count was typed."), _("Type what you counted beside an item.")),
    "nothing-to-publish": Sentence(_("There are no numbers for this yet."), _("Import the data, then look again."), 404),
    "nothing-to-save": Sentence(_("There is nothing to save yet."), _("Tap what was given, returned or asked for.")),
    "nothing-told": Sentence(_("No answer was given yet."), _("Tap at least one answer, then send.")),
    "nothing-to-undo": Sentence(_("This visit is not known here."), _("Count the shelf; the count corrects the stock.")),
    "offline-key-stands": Sentence(_("There is an offline key already; copies are encrypted to it."), _("Keep it. To make another, add --replace: older copies still open with the older key.")),
    "one-reading": Sentence(_("This line holds one reading of two and was saved with that one."), _("Look at the source if it matters.")),
    "opening-over": Sentence(_("This opening is over: a body is shown once, within 15 minutes of the confirmation."), _("Ask again if you still need to see it."), 409),
    "opening-waits": Sentence(_("Somebody has asked to open this already."), _("Confirm it if you are the second person."), 409),
    "other-name": Sentence(_("This house is %(name)s on its network, and its devices know it so."), _("Start without --name, or with --new-trust: then every device starts anew.")),
    "our-fault": Sentence(_("Something broke on our side."), _("Try again. If it stays, write it on paper and tell whoever runs this."), 500),
    "passphrase-in-environment": Sentence(_("A passphrase in the environment can be read by other programs."), _("Unset HANDRAIL_PASSPHRASE and type it, or name a file descriptor in HANDRAIL_PASSPHRASE_FD.")),
    "passphrases-differ": Sentence(_("The two passphrases are not the same. Nothing was changed."), _("Type them again.")),
    "passwords-differ": Sentence(_("The two passwords are not the same."), _("Type them again.")),
    "past-evidence": Sentence(_("%(name)s must lie between %(least)s and %(most)s: nothing beyond was checked."), _("Choose a number between the two.")),
    "period-not-over": Sentence(_("This month is not over yet."), _("Choose a month that is over.")),
    "pin-spent": Sentence(_("This shift cannot be unlocked any more. What was recorded in it is kept."), _("Sign in again: it opens a new one.")),
    "pins-differ": Sentence(_("The two PINs are not the same."), _("Type them again.")),
    "port-taken": Sentence(_("Something else answers on port %(port)s."), _("Stop it, or name another port in HANDRAIL_PORT.")),
    "printed-otherwise": Sentence(_("A number was printed before and is another now: %(cells)s."), _("Draft the next period: what came late is in it.")),
    "program-failed": Sentence(_("PostgreSQL's %(name)s ended with an error."), _("Look at the server: whether it runs, has room, and is of the version that the program can read.")),
    "public-address": Sentence(_("%(address)s is a public address: --lan serves private networks only."), _("Name a private one, or serve with a certificate.")),
    "released-before": Sentence(_("This table of this period was released before. A period is released once."), _("Draft the next period: what came late is in it.")),
    "restore-unfinished": Sentence(_("A copy was being brought back here, and that did not come to its end."), _("Run ./handrail restore again.")),
    "retracted-before": Sentence(_("This release was taken back before."), _("Look at its address.")),
    "role-too-new": Sentence(_("A role granted today does not sign today."), _("Sign tomorrow, or ask someone who has held the role for longer."), 403),
    "second-person-needed": Sentence(_("This takes two people, each in a session of their own."), _("Ask another to confirm.")),
    "second-step-needed": Sentence(_("A password alone opens no shift here."), _("Sign in with a passkey, or with a code from your phone.")),
    "server-runs": Sentence(_("A server already runs on this data folder."), _("Stop it first.")),
    "several-addresses": Sentence(_("This machine is on several private networks: %(addresses)s."), _("Name the one that the devices use with --address.")),
    "shift-ended": Sentence(_("Whose shift this was has been forgotten, as it must be after 30 days."), _("Let a reviewer look at it.")),
    "short-passphrase": Sentence(_("A passphrase has at least %(least)s characters."), _("Choose five words or more.")),
    "short-password": Sentence(_("A password has at least %(least)s characters."), _("Choose a longer one.")),
    "sign-in-first": Sentence(_("Nobody is signed in here."), _("Sign in."), 401),
    "sign-in-waits": Sentence(_("Too many wrong tries."), _("Wait a few minutes, then try again."), 429),
    "stale-form": Sentence(_("This page was open for too long. Nothing was saved."), _("Try again; if that does not help, load the page anew.")),
    "stop-there": Sentence(_("This route has a stop of that name."), _("Choose another name.")),
    "time-unknown": Sentence(_("The device did not know what time it was."), _("Let a reviewer say when this happened.")),
    "too-exact": Sentence(_("Times here are kept to 15 minutes."), _("Send a time that is rounded down.")),
    "too-few-to-publish": Sentence(_("There are too few to say. That is not a sign that there is nothing."), _("Wait until there are more.")),
    "too-large": Sentence(_("This is larger than %(most)s kB. Nothing was taken."), _("Send it in smaller parts.")),
    "too-late-to-undo": Sentence(_("The day of this visit is sealed."), _("Count the shelf; the count corrects the stock.")),
    "too-many-bad-rows": Sentence(_("More than %(most)s lines of this file are odd. Nothing was taken."), _("Check that this is the right file.")),
    "too-many-passkeys": Sentence(_("A worker has at most %(most)s passkeys."), _("Remove one that you no longer use.")),
    "trust-over": Sentence(_("Devices trust this house until %(until)s, which is past."), _("Start with --new-trust, print the sheet, let each device trust it.")),
    "trust-unreadable": Sentence(_("The house’s certificates cannot be read at %(where)s."), _("Bring that folder back, or start with --new-trust: then every device starts anew.")),
    "turned-lately": Sentence(_("The key that would be dropped may still be needed: devices may hold what they sealed to it."), _("Wait %(days)s days, or add --force and say why.")),
    "two-doors": Sentence(_("Both a certificate and a proxy are named."), _("Keep the one that takes the https.")),
    "undone-already": Sentence(_("This visit was taken back before."), _("Go on with the next one.")),
    "unknown-account": Sentence(_("This stock is none of this site’s."), _("Choose a shelf, a bag, a box, a machine or a vehicle of this site.")),
    "unknown-channel": Sentence(_("There is no such channel for this kind of record."), _("Choose one of the channels on the page.")),
    "unknown-device": Sentence(_("This device is not known here, or its signature does not fit."), _("Enrol the device again. It keeps what was not taken.")),
    "unknown-device-kind": Sentence(_("There is no such kind of device."), _("Choose one of the kinds on the page.")),
    "unknown-envelope": Sentence(_("This version of the envelope is not known here."), _("Update the server, then send again.")),
    "unknown-export": Sentence(_("No export goes by this name."), _("Choose one of these: %(kinds)s.")),
    "unknown-import": Sentence(_("No import goes by this name."), _("Choose one of these: %(kinds)s.")),
    "unknown-indicator": Sentence(_("This is not released, or not divided like this."), _("Choose one from the catalogue.")),
    "unknown-item": Sentence(_("This item is not in the catalogue."), _("Choose an item from the list.")),
    "unknown-key": Sentence(_("No key that can be made anew goes by this name."), _("Choose one of these: %(kinds)s.")),
    "unknown-kind": Sentence(_("This kind of act, or its version, is not known here."), _("Update the server, then send again.")),
    "unknown-lot": Sentence(_("This lot is not known for this item."), _("Receive the lot first, or go on without it.")),
    "unknown-passkey": Sentence(_("This passkey is not one of yours."), _("Load the page again.")),
    "unknown-period": Sentence(_("This is not a period of this indicator's grid."), _("Write a week like 2026-W46, a month like 2026-10.")),
    "unknown-reason": Sentence(_("There is no such reason."), _("Choose one of the reasons on the page.")),
    "unknown-role": Sentence(_("There is no such role."), _("Choose one of the roles in the reference.")),
    "unknown-site": Sentence(_("There is no such site here."), _("Choose one of your sites.")),
    "unknown-stop": Sentence(_("This stop is none of this site’s."), _("Choose one of the stops on the page.")),
    "unknown-timezone": Sentence(_("This is not an IANA time zone."), _("Write it like America/Vancouver.")),
    "unknown-worker": Sentence(_("This worker is not known here."), _("Sign in again, or ask your lead.")),
    "unsafe-database": Sentence(_("SQLite stands on journal mode %(mode)s, synchronous %(synchronous)s: it could lose what it acknowledged."), _("Run it with WAL and FULL.")),
    "why-needed": Sentence(_("No reason was chosen."), _("Choose at least one.")),
    "would-give-away": Sentence(_("With what has been printed, this would give away: %(cells)s."), _("Merge %(merge)s, or wait for a period with more people.")),
    "wrong-code": Sentence(_("This code is not right, or it was used before."), _("Wait for the next one on your phone, then type it.")),
    "wrap-first": Sentence(_("A copy of readable keys opens everything to whoever finds it."), _("Run ./handrail keys wrap, then copy.")),
    "wrong-columns": Sentence(_("The first line must name these columns and no other: %(columns)s. Nothing was taken."), _("Check that this is the right file.")),
    "wrong-identity": Sentence(_("This offline key does not open this copy."), _("Look for the key that was made before this copy, on paper or on its stick.")),
    "wrong-passkey": Sentence(_("This passkey does not open anything here, or it took too long."), _("Try again, or sign in with your password.")),
    "wrong-passphrase": Sentence(_("This passphrase does not open the keys."), _("Type it again, with its spaces and capitals.")),
    "wrong-pin": Sentence(_("This PIN is not right."), _("Try again.")),
    "wrong-sign-in": Sentence(_("That handle and password do not fit together."), _("Try again."), 422),
}  # fmt: skip


def say(refusal: Refused) -> str:
    """Return the whole sentence of a refusal, its facts filled in."""
    sentence = CATALOGUE[refusal.code]
    return f"{str(sentence.what) % refusal.facts} {str(sentence.next) % refusal.facts}"


class _NotKept(dict[str, str]):
    """Facts that are not kept."""

    def __missing__(self, name: str) -> str:
        return "…"


def what(code: str) -> str:
    """Return what is so, where only the code of a refusal is kept: its facts show as an ellipsis."""
    return str(CATALOGUE[code].what) % _NotKept()


def status(code: str) -> int:
    """Return the HTTP status of a refusal."""
    return CATALOGUE[code].status
