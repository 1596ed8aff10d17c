package twitch

import (
	"fmt"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	fake "github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

func TestCommandInAMessage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"!mark":                       "mark:",
		"!mark what a save":           "mark:what a save",
		"  !MARKER   what\ta\nsave  ": "marker:what a save",
		"!mark \U000E0000":            "mark:",
		"!mark great 👨‍👩‍👧 \U000E0000": "mark:great 👨‍👩‍👧",
		"!8ball will it rain":          "8ball:will it rain",
		"!über":                        "über:",
		"look !mark":                   "",
		"mark":                         "",
		"":                             "",
		"!":                            "",
		"!!!":                          "",
		"!? what":                      "",
		"@somebody !mark":              "",
	} {
		got := ""
		if c, ok := commandIn(events.MessageSent{Text: text}); ok {
			got = c.Command + ":" + c.Arguments
		}
		if got != want {
			t.Errorf("%q is the command %q, want %q", text, got, want)
		}
	}
	if c, _ := commandIn(events.MessageSent{Text: "@somebody !mark this", Reply: &events.Reply{}}); c.Command != "mark" || c.Arguments != "this" {
		t.Errorf("the answer is the command %+v", c)
	}
}

// saying is a chat message as EventSub tells it.
func saying(text string) string {
	return fmt.Sprintf(`{"message_id":"m7","chatter_user_id":"32","chatter_user_login":"theirs","badges":[{"set_id":"moderator","id":"1"}],`+
		`"message":{"text":%q,"fragments":[{"type":"text","text":"!so "},{"type":"mention","text":"@Other","mention":{"user_id":"55","user_login":"other"}}]}}`, text)
}

func TestACommandIsToldBesidesTheMessage(t *testing.T) {
	t.Parallel()
	n := notification{ID: "n1", Type: "channel.chat.message", Channel: ourChannel, Raw: []byte(saying("!so @Other"))}
	list := hearing{}.facts(n)
	if len(list) != 2 || list[0].id == list[1].id || list[0].id != n.eventID() {
		t.Fatalf("it tells %+v", list)
	}
	sent, given := list[0].event.(events.MessageSent), list[1].event.(events.CommandGiven)
	switch {
	case sent.Text != "!so @Other" || given.Command != "so" || given.Arguments != "@Other":
		t.Errorf("%+v, %+v", sent, given)
	case given.Channel != ourChannel || given.Message != "m7" || given.Person.ID != "32" || len(given.Badges) != 1 || given.Badges[0].Set != "moderator":
		t.Errorf("of whom is %+v", given)
	case len(given.Mentions) != 1 || given.Mentions[0].ID != "55":
		t.Errorf("it mentions %+v", given.Mentions)
	}
	n.Raw = []byte(saying("so what"))
	if list := (hearing{}).facts(n); len(list) != 1 {
		t.Errorf("no command tells %+v", list)
	}
}

func TestCommandsComeOverBothTransports(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"websocket", "webhook"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			var h *hall
			if transport == "webhook" {
				h, _ = called(t, fake.Config{}, machine{})
			} else {
				h = listened(t)
			}
			if err := h.fake.Subscribed(t.Context(), "channel.chat.message"); err != nil {
				t.Fatal(err)
			}
			theirs := h.fake.User("theirs")
			h.fake.Say(theirs, "good evening")
			h.fake.Say(theirs, "!mark what a save")
			h.fake.Say(theirs, "well done")
			h.await(t, events.Chat, "channel.message_sent", 3)
			given := h.await(t, events.Chat, "channel.command_given", 1)
			if c := bodyAs[events.CommandGiven](t, given[0]); c.Command != "mark" || c.Arguments != "what a save" || c.Person.ID != theirs.ID {
				t.Errorf("given %+v", c)
			}
		})
	}
}
