"""What an alert may say. Every sentence stands here, reviewed once; a drafter chooses and writes none."""

from django.utils.translation import gettext_lazy as _

HAZARDS = {
    "stops-breathing": _("A very small amount can stop breathing."),
    "stronger": _("Much stronger than what people expect here."),
    "deep-sleep": _("People may stay unconscious for hours, also after naloxone. It also slows the heart."),
    "not-as-expected": _("It is not what it is sold as."),
    "wounds": _("It can cause wounds that do not heal, also away from where people inject."),
}
ADVICE = {
    "not-alone": _("Do not use alone. Ask someone to stay, or to look in."),
    "naloxone": _("Keep naloxone at hand. Give it when breathing is slow, and give it again if nothing changes."),
    "breaths": _("Give breaths. Breathing matters more than waking up."),
    "call": _("Call for help when someone does not wake."),
    "check": _("Bring a bit to be checked. A test sees only the bit that is tested."),
    "care": _("Ask us to look at a wound early."),
}
FIRST_RESULT = _("First result, being confirmed.")
NOT_THE_MARKET = _("Found in samples that were brought in: not the market, and not what is in your bag.")
NOT_A_SIGN = _("Nothing of ours is out just now, among what we can watch. That is not a sign that nothing is there.")
