package twitch

import (
	"slices"
	"strings"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// hearing is which types are told at the moment. Of two types that tell the same thing, the one that is
// told raises the alert.
type hearing []string

func (h hearing) hears(kind string) bool { return slices.Contains(h, kind) }

// normal makes the event of a notification. What is not known yet is an activity by Twitch's own name.
func (h hearing) normal(n notification) events.Event {
	f := readFields(n.Raw)
	switch n.Type {
	case "channel.chat.message":
		return messageOf(n, f)
	case "channel.chat.message_delete":
		return events.MessageDeleted{Channel: n.Channel, Message: f.text("message_id"), Person: f.person("target_user"), Raw: n.Raw}
	case "channel.chat.clear_user_messages":
		return events.UserCleared{Channel: n.Channel, Person: f.person("target_user"), Raw: n.Raw}
	case "channel.chat.clear":
		return events.ChatCleared{Channel: n.Channel, Raw: n.Raw}
	case "stream.online":
		if f.text("type") != "live" { // a rerun or a premiere is no stream
			break
		}
		live := events.WentLive{Channel: n.Channel, Broadcast: f.text("id"), StartedAt: f.time("started_at"), Raw: n.Raw}
		if live.StartedAt.IsZero() || live.StartedAt.After(n.At) {
			live.StartedAt = n.At
		}
		return live
	case "stream.offline":
		return events.WentOffline{Channel: n.Channel, Raw: n.Raw}
	case "channel.update":
		return events.ChannelUpdated{
			Channel: n.Channel, Title: f.text("title"), Category: f.text("category_id"), CategoryName: f.text("category_name"),
			Language: f.text("language"), Labels: f.texts("content_classification_labels"), Raw: n.Raw,
		}
	}
	return h.activity(n, f)
}

// messageOf reads a chat message.
func messageOf(n notification, f fields) events.MessageSent {
	body := f.object("message")
	m := events.MessageSent{
		Channel: n.Channel, Message: f.text("message_id"), Person: f.person("chatter_user"),
		Text: body.text("text"), Fragments: fragmentsOf(body), Color: f.text("color"), Badges: chatBadges(f.list("badges")),
		Kind: f.text("message_type"), Bits: f.object("cheer").number("bits"), Reward: f.text("channel_points_custom_reward_id"),
		Raw: n.Raw,
	}
	if m.Message == "" { // then nothing else can be known by that name
		m.Message = es.DerivedID("message", n.ID)
	}
	if reply := f.object("reply"); reply.text("parent_message_id") != "" {
		m.Reply = &events.Reply{
			Message: reply.text("parent_message_id"), Person: reply.person("parent_user"),
			Text: reply.text("parent_message_body"), Thread: reply.text("thread_message_id"),
		}
	}
	if source := f.person("source_broadcaster_user"); source.ID != "" && source.ID != n.Channel {
		m.Shared = &events.Shared{
			Channel: source, Message: f.text("source_message_id"), Badges: chatBadges(f.list("source_badges")), Only: f.flag("is_source_only"),
		}
	}
	return m
}

// fragmentsOf are the parts of a text; one that is not told is the whole of it.
func fragmentsOf(body fields) []events.Fragment {
	var list []events.Fragment
	for _, part := range body.list("fragments") {
		emote, cheer := part.object("emote"), part.object("cheermote")
		list = append(list, events.Fragment{
			Kind: part.text("type"), Text: part.text("text"), Emote: emote.text("id"), Animated: slices.Contains(emote.texts("format"), "animated"),
			Bits: cheer.number("bits"), Tier: cheer.number("tier"), Person: known(part.object("mention").person("user")),
		})
	}
	if text := body.text("text"); len(list) == 0 && text != "" {
		list = append(list, events.Fragment{Kind: "text", Text: text})
	}
	return list
}

func chatBadges(list []fields) []events.Badge {
	var badges []events.Badge
	for _, badge := range list {
		badges = append(badges, events.Badge{Set: badge.text("set_id"), ID: badge.text("id"), Info: badge.text("info")})
	}
	return badges
}

// lastWord is what stands behind the last dot of a type: add, begin, end.
func lastWord(kind string) string { return kind[strings.LastIndex(kind, ".")+1:] }
