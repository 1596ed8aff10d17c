package twitch

import (
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// activities reads each type that is no message. What one leaves empty is filled in by activity.
var activities = map[string]func(h hearing, f fields, a *events.ActivitySeen){
	"channel.follow": func(_ hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Alert = "follow", true
		a.Activity = followID(a.Channel, f.text("user_id"), f.time("followed_at"))
	},
	"channel.subscribe": func(h hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Tier = "subscription", f.text("tier")
		gift := f.flag("is_gift") && h.hears("channel.subscription.gift")
		a.Alert = !gift && !h.hears("channel.chat.notification")
	},
	"channel.subscription.message": func(h hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Tier, a.Alert = "resubscription", f.text("tier"), !h.hears("channel.chat.notification")
		a.Months, a.Streak, a.Amount = f.number("cumulative_months"), f.number("streak_months"), f.number("duration_months")
	},
	"channel.subscription.gift": func(h hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Tier, a.Amount, a.Alert = "gifts", f.text("tier"), f.number("total"), !h.hears("channel.chat.notification")
	},
	"channel.bits.use": func(_ hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Status, a.Amount, a.Alert = "cheer", f.text("type"), f.number("bits"), true
		a.Title = f.object("power_up").text("type")
		if title := f.object("custom_power_up").text("title"); title != "" {
			a.Title = title
		}
	},
	"channel.cheer": func(h hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Status, a.Amount, a.Alert = "cheer", "cheer", f.number("bits"), !h.hears("channel.bits.use")
	},
	"channel.custom_power_up_redemption.add": func(h hearing, f fields, a *events.ActivitySeen) {
		power := f.object("custom_power_up")
		a.Kind, a.Status, a.Alert = "cheer", "custom_power_up", !h.hears("channel.bits.use")
		a.Title, a.Amount = power.text("title"), power.number("bits")
	},
	"channel.raid": func(_ hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Alert, a.Amount = "raid", true, f.number("viewers")
		a.Person, a.Target = known(f.person("from_broadcaster_user")), known(f.person("to_broadcaster_user"))
		if f.text("from_broadcaster_user_id") == a.Channel {
			a.Kind = "raid_out"
		}
	},
	"channel.channel_points_custom_reward_redemption.add": func(_ hearing, f fields, a *events.ActivitySeen) {
		redemption(f, a)
		a.Alert = true
	},
	"channel.channel_points_custom_reward_redemption.update": func(_ hearing, f fields, a *events.ActivitySeen) {
		redemption(f, a)
	},
	"channel.channel_points_automatic_reward_redemption.add": func(_ hearing, f fields, a *events.ActivitySeen) {
		redemption(f, a)
		a.Alert, a.Title = true, f.object("reward").text("type")
	},
	"channel.channel_points_custom_reward.add":    reward,
	"channel.channel_points_custom_reward.update": reward,
	"channel.channel_points_custom_reward.remove": reward,
	"channel.poll.begin":                          during("poll"),
	"channel.poll.progress":                       during("poll"),
	"channel.poll.end":                            during("poll"),
	"channel.prediction.begin":                    during("prediction"),
	"channel.prediction.progress":                 during("prediction"),
	"channel.prediction.lock":                     during("prediction"),
	"channel.prediction.end":                      during("prediction"),
	"channel.hype_train.begin":                    train,
	"channel.hype_train.progress":                 train,
	"channel.hype_train.end":                      train,
	"channel.goal.begin":                          goal,
	"channel.goal.progress":                       goal,
	"channel.goal.end":                            goal,
	"channel.charity_campaign.start":              campaign("begin"),
	"channel.charity_campaign.progress":           campaign("progress"),
	"channel.charity_campaign.stop":               campaign("end"),
	"channel.charity_campaign.donate": func(_ hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Alert, a.Title, a.Group = "charity", true, f.text("charity_name"), f.text("campaign_id")
		a.Amount, a.Activity = f.object("amount").number("value"), idOf("charity", f.text("id"))
	},
	"channel.shoutout.create": func(_ hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Alert, a.Amount = "shoutout", true, f.number("viewer_count")
		a.Person, a.Target = known(f.person("moderator_user")), known(f.person("to_broadcaster_user"))
	},
	"channel.shoutout.receive": func(_ hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Alert, a.Amount = "shoutout", true, f.number("viewer_count")
		a.Person, a.Target = known(f.person("from_broadcaster_user")), known(f.person("broadcaster_user"))
	},
	"channel.ad_break.begin": func(_ hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Amount, a.Person = "ad_break", f.number("duration_seconds"), known(f.person("requester_user"))
		a.Activity = idOf("ad_break", a.Channel, f.either("started_at", "timestamp"))
		if f.flag("is_automatic") {
			a.Person, a.Status = nil, "automatic"
		}
	},
	"channel.ban": func(_ hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Person, a.Target, a.Text = "ban", known(f.person("moderator_user")), known(f.person("user")), f.text("reason")
		if ends, began := f.time("ends_at"), f.time("banned_at"); !ends.IsZero() && !began.IsZero() {
			a.Amount = int(ends.Sub(began).Seconds())
		}
	},
	"channel.unban": func(_ hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Person, a.Target = "unban", known(f.person("moderator_user")), known(f.person("user"))
	},
	"channel.chat.notification": notice,
}

// activity reads what is no message.
func (h hearing) activity(n notification, f fields) events.ActivitySeen {
	a := events.ActivitySeen{Channel: n.Channel, Type: n.Type, Anonymous: f.flag("is_anonymous"), Raw: n.Raw}
	if read, ok := activities[n.Type]; ok {
		read(h, f, &a)
	}
	if a.Kind == "" {
		a.Kind = n.Type
	}
	if a.Activity == "" {
		a.Activity = idOf("twitch", n.ID)
	}
	if a.Person == nil && a.Target == nil && a.Kind != "ad_break" {
		a.Person = known(f.person("user"))
	}
	if a.Anonymous {
		a.Person = nil
	}
	if a.Text == "" {
		a.Text = textOf(f)
	}
	return a
}

// textOf is what somebody wrote with it.
func textOf(f fields) string {
	if text := f.either("user_input", "message"); text != "" {
		return text
	}
	return f.object("message").text("text")
}

// idOf makes an activity's id; empty when Twitch has not told what it follows from.
func idOf(parts ...string) string {
	for _, part := range parts {
		if part == "" {
			return ""
		}
	}
	return es.DerivedID(parts...)
}

// followID is the same for the follow that EventSub tells, to the nanosecond, and for the one in the list
// of followers, to the second.
func followID(channel, user string, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return idOf("follow", channel, user, at.UTC().Truncate(time.Second).Format(time.RFC3339))
}

// redemption is told again when its status changes.
func redemption(f fields, a *events.ActivitySeen) {
	what := f.object("reward")
	a.Kind, a.Group, a.Status = "redemption", f.text("id"), f.text("status")
	if a.Status == "cancelled" { // both spellings occur
		a.Status = "canceled"
	}
	a.Title, a.Amount = what.text("title"), what.number("cost")+what.number("channel_points")
	a.Activity = idOf("redemption", a.Group)
	if lastWord(a.Type) == "update" {
		a.Activity = idOf("redemption", a.Group, "is", a.Status)
	}
}

func reward(_ hearing, f fields, a *events.ActivitySeen) {
	a.Kind, a.Status, a.Title, a.Amount, a.Group = "reward", lastWord(a.Type), f.text("title"), f.number("cost"), f.text("id")
}

// during reads what takes a while: it begins once and ends once, and has any number of steps between.
func during(kind string) func(hearing, fields, *events.ActivitySeen) {
	return func(_ hearing, f fields, a *events.ActivitySeen) {
		a.Kind, a.Phase, a.Group = kind, lastWord(a.Type), f.text("id")
		a.Title, a.Status = f.either("title", "description"), f.text("status")
		a.Alert = a.Phase != "progress"
		if a.Phase != "progress" {
			a.Activity = idOf(kind, a.Group, a.Phase, "is "+a.Status)
		}
	}
}

func train(h hearing, f fields, a *events.ActivitySeen) {
	during("hype_train")(h, f, a)
	a.Amount, a.Status = f.number("level"), f.text("type")
}

func goal(h hearing, f fields, a *events.ActivitySeen) {
	during("goal")(h, f, a)
	a.Amount, a.Status = f.number("current_amount"), f.text("type")
}

func campaign(phase string) func(hearing, fields, *events.ActivitySeen) {
	return func(h hearing, f fields, a *events.ActivitySeen) {
		during("charity")(h, f, a)
		a.Phase, a.Title, a.Alert = phase, f.text("charity_name"), phase != "progress"
		a.Amount = f.object("current_amount").number("value")
		if phase == "progress" {
			a.Activity = ""
		}
	}
}

// notice reads what is announced in chat.
func notice(h hearing, f fields, a *events.ActivitySeen) {
	kind := f.text("notice_type")
	what := f.object(kind)
	a.Person, a.Anonymous = known(f.person("chatter_user")), f.flag("chatter_is_anonymous")
	a.Activity = idOf("notice", f.text("message_id"))
	a.Tier = what.either("sub_tier", "sub_plan")
	if what.flag("is_prime") {
		a.Tier = "prime"
	}
	a.Alert = true
	switch kind {
	case "sub":
		a.Kind, a.Amount = "subscription", what.number("duration_months")
	case "resub":
		a.Kind, a.Amount = "resubscription", what.number("duration_months")
		a.Months, a.Streak = what.number("cumulative_months"), what.number("streak_months")
	case "sub_gift":
		a.Kind, a.Amount, a.Target, a.Group = "gift", 1, known(what.person("recipient_user")), what.text("community_gift_id")
		a.Alert = a.Group == "" // otherwise those of the present are announced together
	case "community_sub_gift":
		a.Kind, a.Amount, a.Group = "gifts", what.number("total"), what.text("id")
		a.Activity = idOf("gifts", a.Group)
	case "raid":
		a.Kind, a.Person, a.Amount = "raid", known(what.person("user")), what.number("viewer_count")
		a.Alert = !h.hears("channel.raid")
	case "announcement":
		a.Kind, a.Status = "announcement", what.text("color")
	case "charity_donation":
		a.Kind, a.Title, a.Amount = "charity", what.text("charity_name"), what.object("amount").number("value")
		a.Alert = !h.hears("channel.charity_campaign.donate")
	case "bits_badge_tier":
		a.Kind, a.Amount = kind, what.number("tier")
	case "unraid":
		a.Kind, a.Alert = kind, false
	default: // also what was announced in another channel that shares its chat
		a.Kind, a.Alert = kind, kind != "" && !strings.HasPrefix(kind, "shared_chat_")
	}
}
