package events

import "encoding/json"

var chat = []Event{
	MessageSent{}, CommandGiven{}, MessageDeleted{}, UserCleared{}, ChatCleared{}, ActivitySeen{}, ViewersCounted{},
}

// Person is somebody on another platform. Names change, the id does not.
type Person struct {
	// ID on that platform; empty when the person stays unknown.
	ID string `json:"id,omitempty"`
	// Login is the name in addresses, lower case.
	Login string `json:"login,omitempty"`
	// Name is what is shown.
	Name string `json:"name,omitempty"`
}

// Badge is shown in front of a name.
type Badge struct {
	Set string `json:"set"`
	ID  string `json:"id"`
	// Info is for instance for how many months somebody subscribes.
	Info string `json:"info,omitempty"`
}

// Fragment is a part of a message; the texts of all make the whole text.
type Fragment struct {
	// Kind is text, emote, cheermote, mention, or one that is not known yet.
	Kind string `json:"kind"`
	Text string `json:"text"`
	// Emote is the id of the picture; empty for other kinds.
	Emote string `json:"emote,omitempty"`
	// Animated is true when the emote can move.
	Animated bool `json:"animated,omitempty"`
	// Bits and Tier are those of a cheermote.
	Bits int `json:"bits,omitempty"`
	Tier int `json:"tier,omitempty"`
	// Person is who is mentioned.
	Person *Person `json:"person,omitempty"`
}

// Reply is what a message answers to.
type Reply struct {
	Message string `json:"message"`
	Person  Person `json:"person"`
	Text    string `json:"text,omitempty"`
	// Thread is the first message of the conversation.
	Thread string `json:"thread,omitempty"`
}

// Shared is where a message of a shared chat was written, when that was another channel.
type Shared struct {
	Channel Person  `json:"channel"`
	Message string  `json:"message"`
	Badges  []Badge `json:"badges,omitempty"`
	// Only is true when it was shown in that channel alone.
	Only bool `json:"only,omitempty"`
}

// MessageSent: somebody wrote in the chat of a channel.
type MessageSent struct {
	// Channel is the id of the channel on its platform.
	Channel string `json:"channel"`
	// Message is the id of the message on its platform.
	Message   string     `json:"message"`
	Person    Person     `json:"person"`
	Text      string     `json:"text"`
	Fragments []Fragment `json:"fragments,omitempty"`
	// Color of the name, such as #1E90FF; empty when it was never chosen.
	Color  string  `json:"color,omitempty"`
	Badges []Badge `json:"badges,omitempty"`
	// Kind is text, or what else the platform calls it, for instance user_intro.
	Kind string `json:"kind,omitempty"`
	// Bits that were cheered with it.
	Bits  int    `json:"bits,omitempty"`
	Reply *Reply `json:"reply,omitempty"`
	// Reward is the id of the reward that it was written for.
	Reward string  `json:"reward,omitempty"`
	Shared *Shared `json:"shared,omitempty"`
	// Imported is true when it was added later from a file.
	Imported bool `json:"imported,omitempty"`
	// Raw is what the platform said, as it said it.
	Raw json.RawMessage `json:"raw,omitempty"`
}

func (e MessageSent) Event() (name, id string) { return "channel.message_sent", e.Channel }

// CommandGiven: a message that somebody wrote is a command, such as "!mark what a save".
type CommandGiven struct {
	Channel string `json:"channel"`
	// Message is the id of the message, which is told too.
	Message string `json:"message"`
	// Command is the word behind the exclamation mark, in lower case.
	Command string `json:"command"`
	// Arguments are the words after it, with one space between them.
	Arguments string  `json:"arguments,omitempty"`
	Person    Person  `json:"person"`
	Badges    []Badge `json:"badges,omitempty"`
	// Mentions are those who are named in the message.
	Mentions []Person `json:"mentions,omitempty"`
	Shared   *Shared  `json:"shared,omitempty"`
}

func (e CommandGiven) Event() (name, id string) { return "channel.command_given", e.Channel }

// MessageDeleted: one message was taken back, or taken away by a moderator.
type MessageDeleted struct {
	Channel string `json:"channel"`
	Message string `json:"message"`
	// Person wrote it.
	Person Person          `json:"person"`
	Raw    json.RawMessage `json:"raw,omitempty"`
}

func (e MessageDeleted) Event() (name, id string) { return "channel.message_deleted", e.Channel }

// UserCleared: all that a person had written by then was taken away, by a ban or a time-out.
type UserCleared struct {
	Channel string          `json:"channel"`
	Person  Person          `json:"person"`
	Raw     json.RawMessage `json:"raw,omitempty"`
}

func (e UserCleared) Event() (name, id string) { return "channel.user_cleared", e.Channel }

// ChatCleared: all that had been written in the channel by then was taken away.
type ChatCleared struct {
	Channel string          `json:"channel"`
	Raw     json.RawMessage `json:"raw,omitempty"`
}

func (e ChatCleared) Event() (name, id string) { return "channel.chat_cleared", e.Channel }

// ActivitySeen: something happened in a channel that is no message: a follow, a subscription, a raid.
type ActivitySeen struct {
	Channel string `json:"channel"`
	// Activity is an id that is the same whenever the same thing is told, in whatever way.
	Activity string `json:"activity"`
	// Kind is follow, subscription, resubscription, gift, gifts, cheer, raid, raid_out, redemption,
	// poll, prediction, hype_train, goal, charity, shoutout, ad_break, ban, unban, announcement, reward,
	// or the platform's own name for what is not known yet.
	Kind string `json:"kind"`
	// Phase of what takes a while: begin, progress, lock or end; empty for what happens at once.
	Phase string `json:"phase,omitempty"`
	// Type is the platform's name for it.
	Type string `json:"type"`
	// Alert is false for what the platform tells twice and an alert was raised for already, and for
	// what is only book-keeping.
	Alert bool `json:"alert"`
	// Person did it; nobody is known when it was done anonymously.
	Person *Person `json:"person,omitempty"`
	// Target is whom it was done to.
	Target *Person `json:"target,omitempty"`
	// Anonymous is true when the person wants to stay unknown.
	Anonymous bool `json:"anonymous,omitempty"`
	// Amount is how much of it: viewers of a raid, bits, gifts, points, seconds, by its kind.
	Amount int `json:"amount,omitempty"`
	// Months that somebody has subscribed for, in all and in a row.
	Months int `json:"months,omitempty"`
	Streak int `json:"streak,omitempty"`
	// Tier of a subscription: 1000, 2000, 3000 or prime.
	Tier string `json:"tier,omitempty"`
	// Title of a reward, a poll, a goal.
	Title string `json:"title,omitempty"`
	// Text that a person wrote with it.
	Text string `json:"text,omitempty"`
	// Group is the same for all that belongs together, such as the gifts of one present.
	Group string `json:"group,omitempty"`
	// Status of a redemption, a poll, a prediction.
	Status string `json:"status,omitempty"`
	// Found is true when it was not told, but found afterwards: after a gap.
	Found bool            `json:"found,omitempty"`
	Raw   json.RawMessage `json:"raw,omitempty"`
}

func (e ActivitySeen) Event() (name, id string) { return "channel.activity_seen", e.Channel }

// ViewersCounted: so many watched the channel.
type ViewersCounted struct {
	Channel string `json:"channel"`
	Viewers int    `json:"viewers"`
}

func (e ViewersCounted) Event() (name, id string) { return "channel.viewers_counted", e.Channel }
