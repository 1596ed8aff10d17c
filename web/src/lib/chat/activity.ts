/** What happens in a channel besides messages, in words. */
import {
  Award, Ban, BarChart3, BellRing, Crown, Gift, HandHeart, Heart, Megaphone, Repeat, Sparkles, Target, TrainFront, Tv, Undo2, UserPlus, Users, Zap, type LucideIcon,
} from "lucide-react";
import type { Activity, EventRecord } from "../../gen/api";
import type { ActivitySeen } from "../../gen/events";
import { counted } from "../format";
import { nameOf } from "./message";

export type { Activity } from "../../gen/api";

/** The activity that an event on the log tells of. */
export function activityOf(record: EventRecord, { activity, ...seen }: ActivitySeen): Activity {
  return { ...seen, id: activity, seq: record.seq, seenAt: record.time };
}

const OTHER = { icon: BellRing, label: "Other" };

const KINDS: Record<string, { icon: LucideIcon; label: string }> = {
  follow: { icon: Heart, label: "Follows" },
  subscription: { icon: Crown, label: "Subscriptions" },
  resubscription: { icon: Repeat, label: "Resubscriptions" },
  gift: { icon: Gift, label: "Received gifts" },
  gifts: { icon: Gift, label: "Gifts" },
  cheer: { icon: Zap, label: "Cheers" },
  raid: { icon: Users, label: "Raids" },
  raid_out: { icon: Users, label: "Own raids" },
  redemption: { icon: Sparkles, label: "Redemptions" },
  poll: { icon: BarChart3, label: "Polls" },
  prediction: { icon: BarChart3, label: "Predictions" },
  hype_train: { icon: TrainFront, label: "Hype trains" },
  goal: { icon: Target, label: "Goals" },
  charity: { icon: HandHeart, label: "Charity" },
  shoutout: { icon: Megaphone, label: "Shoutouts" },
  ad_break: { icon: Tv, label: "Ads" },
  ban: { icon: Ban, label: "Bans" },
  unban: { icon: Undo2, label: "Unbans" },
  announcement: { icon: Megaphone, label: "Announcements" },
  reward: { icon: Award, label: "Rewards" },
  moderator: { icon: UserPlus, label: "Moderators" },
};

/** The picture of a kind of activity, and what it is called. */
export function kindOf(kind: string): { icon: LucideIcon; label: string } {
  return KINDS[kind] ?? OTHER;
}

const TIERS: Record<string, string> = { 2000: " at tier 2", 3000: " at tier 3", prime: " with Prime" };

const PHASES: Record<string, string> = { begin: "began", progress: "goes on", lock: "is locked", end: "ended" };

/** What happened, without who did it: `is here with 12 viewers`. */
function deed(activity: Activity): string {
  const { kind, amount = 0, months = 0, streak = 0, title, phase, target, status } = activity;
  const tier = TIERS[activity.tier ?? ""] ?? "";
  const quoted = title ? ` “${title}”` : "";
  switch (kind) {
    case "follow": return "follows";
    case "subscription": return `subscribed${tier}`;
    case "resubscription": return `subscribed${tier} for ${counted(Math.max(1, months), "month")}${streak > 1 ? `, ${streak} in a row` : ""}`;
    case "gift": return target ? `gave ${nameOf(target)} a subscription${tier}` : `was given a subscription${tier}`;
    case "gifts": return `gave ${counted(Math.max(1, amount), "subscription")}${tier}`;
    case "cheer": return `cheered ${counted(amount, "bit")}`;
    case "raid": return `raids with ${counted(amount, "viewer")}`;
    case "raid_out": return `raided ${nameOf(target)} with ${counted(amount, "viewer")}`;
    case "redemption": return `redeemed${quoted}${amount ? ` for ${amount.toLocaleString("en")} points` : ""}${status === "canceled" ? ", and got them back" : ""}`;
    case "shoutout": return target ? `sent a shoutout to ${nameOf(target)}` : "sent a shoutout";
    case "ban": return `was ${amount > 0 ? `timed out for ${counted(amount, "second")}` : "banned"}`;
    case "unban": return "may write again";
    case "announcement": return "announced";
    default: return [kind.replaceAll("_", " "), quoted.trim(), phase && PHASES[phase]].filter(Boolean).join(" ");
  }
}

/** Kinds that are done to the channel or by it: nobody stands in front. */
const THINGS: Record<string, string> = {
  poll: "The poll", prediction: "The prediction", hype_train: "A hype train", goal: "The goal", charity: "The charity campaign", reward: "The reward",
};

export interface Sentence {
  /** Who did it, or what it is about. */
  who: string;
  what: string;
}

/** An activity as a sentence, whose subject stands by itself. */
export function sentenceOf(activity: Activity): Sentence {
  const { kind, phase, title, status, amount = 0, person, target, anonymous } = activity;
  const thing = THINGS[kind];
  if (thing) {
    const level = kind === "hype_train" && amount > 0 ? ` at level ${amount}` : "";
    return { who: title ? `${thing} “${title}”` : thing, what: `${(phase && PHASES[phase]) ?? status ?? "changed"}${level}` };
  }
  if (kind === "ad_break") return { who: "Ads", what: phase === "end" ? "are over" : `run for ${amount} seconds` };
  if (kind === "ban" || kind === "unban") return { who: nameOf(target ?? person), what: deed(activity) };
  if (kind === "raid_out") return { who: "You", what: deed(activity) };
  const known = kind in KINDS;
  return { who: anonymous ? "Somebody" : person ? nameOf(person) : known ? "Somebody" : "The channel", what: known ? deed(activity) : `had a ${deed(activity)}` };
}
