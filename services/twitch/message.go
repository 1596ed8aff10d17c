package twitch

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

// messageLimit is how many characters Twitch takes.
const messageLimit = 500

// SendMessage asks to write into the chat.
type SendMessage struct {
	Text string `json:"text"`
	// ReplyTo is the id of the message that it answers.
	ReplyTo string `json:"replyTo,omitempty"`
}

// Validate finds what Twitch would not take.
func (m SendMessage) Validate() error {
	if n := utf8.RuneCountInString(m.Text); strings.TrimSpace(m.Text) == "" || n > messageLimit {
		return fault.Field("text", "this should have 1 to %d characters, not %d", messageLimit, n)
	}
	return nil
}

// SentMessage is what became of a message.
type SentMessage struct {
	// ID is empty when it was not sent.
	ID   string `json:"id"`
	Sent bool   `json:"sent"`
	// Reason says why it was not sent.
	Reason string `json:"reason,omitempty"`
}

func postMessage(ctx context.Context, d *run.Deps, req SendMessage) (SentMessage, error) {
	l, err := linkOf(ctx, d)
	if err != nil {
		return SentMessage{}, err
	}
	sent, err := asUser(d, l.Owner).SendMessage(ctx, l.Channel, req.Text, req.ReplyTo)
	if err != nil || sent.Sent {
		return SentMessage{ID: sent.ID, Sent: err == nil}, asFault(err)
	}
	return SentMessage{Reason: cmp.Or(sent.Dropped.Message, sent.Dropped.Code, "Twitch does not say why")}, nil
}

// ShownBadge is a picture in front of a name.
type ShownBadge struct {
	Set      string `json:"set"`
	ID       string `json:"id"`
	Title    string `json:"title"`
	ImageURL string `json:"imageUrl"`
}

// getBadges lists the badges of the channel and those of all channels. One of the channel's own goes
// before the one of the same name that all have.
func getBadges(ctx context.Context, d *run.Deps, _ struct{}) (api.List[ShownBadge], error) {
	l, err := linkOf(ctx, d)
	if err != nil {
		return api.List[ShownBadge]{}, err
	}
	client := asUser(d, l.Owner)
	own, err := client.Badges(ctx, l.Channel)
	if err != nil {
		return api.List[ShownBadge]{}, asFault(err)
	}
	all, err := client.GlobalBadges(ctx)
	if err != nil {
		return api.List[ShownBadge]{}, asFault(err)
	}
	return api.List[ShownBadge]{Items: badgesOf(own, all)}, nil
}

func badgesOf(sets ...[]helix.BadgeSet) []ShownBadge {
	badges := []ShownBadge{}
	known := map[[2]string]bool{}
	for _, set := range slices.Concat(sets...) {
		for _, version := range set.Versions {
			if name := [2]string{set.ID, version.ID}; !known[name] {
				known[name] = true
				badges = append(badges, ShownBadge{set.ID, version.ID, version.Title, version.ImageURL})
			}
		}
	}
	return badges
}
