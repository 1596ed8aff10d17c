package twitch

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// webhookPath is where Twitch sends what happens.
const webhookPath = "/eventsub/webhook"

// mostApart is how far the time of a message may be from now, in either direction: an older one may have
// been copied and sent again.
const mostApart = 10 * time.Minute

// Call is a message to the webhook, with the names that Twitch gives to its headers.
type Call struct {
	ID        string `json:"-" header:"Twitch-Eventsub-Message-Id"`
	Kind      string `json:"-" header:"Twitch-Eventsub-Message-Type"`
	Timestamp string `json:"-" header:"Twitch-Eventsub-Message-Timestamp"`
	Signature string `json:"-" header:"Twitch-Eventsub-Message-Signature"`
	Type      string `json:"-" header:"Twitch-Eventsub-Subscription-Type"`
	Body      []byte `json:"-" body:"raw"`
}

func (e *ears) webhook() run.Endpoint {
	return api.Post(webhookPath, "takes what Twitch tells, signed by it", api.Everybody, e.receive)
}

// receive looks at the signature before anything else, and answers when what was told is on the log. What
// is told again changes nothing.
func (e *ears) receive(ctx context.Context, d *run.Deps, c Call) (api.File, error) {
	if c.Signature == "" {
		return api.File{}, errUnsigned
	}
	secret, err := e.webhookSecret(ctx, d)
	if err != nil {
		return api.File{}, err
	}
	if !hmac.Equal([]byte(sign(secret, c)), []byte(c.Signature)) {
		return api.File{}, errUnsigned
	}
	now := e.clock.Now()
	sent, err := time.Parse(time.RFC3339Nano, c.Timestamp)
	if err != nil || now.Sub(sent).Abs() > mostApart {
		return api.File{}, fault.New(fault.Forbidden, "the time of this message, %q, is not within ten minutes of the time here: set the clock right, or send it anew", c.Timestamp)
	}
	var p payload
	if err := json.Unmarshal(c.Body, &p); err != nil {
		return api.File{}, fault.New(fault.Invalid, "the body is no JSON object: %s", err)
	}
	ctx = es.As(ctx, actor)
	switch c.Kind {
	case challenges:
		return api.TextFile([]byte(p.Challenge), "text/plain"), nil
	case revokes:
		return api.File{}, e.receiveRevocation(ctx, d, c, p)
	case notifies:
		return api.File{}, e.receiveNotification(ctx, d, c, p, sent, now)
	}
	d.Logger.Warn("a kind of message of twitch is not known", "kind", c.Kind)
	return api.File{}, nil
}

var errUnsigned = fault.New(fault.Forbidden, "the signature is not right: sign the id, the timestamp and the body as they are sent, with the secret of the subscription")

// sign is the signature that a message should have.
func sign(secret []byte, c Call) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(c.ID))
	mac.Write([]byte(c.Timestamp))
	mac.Write(c.Body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func (e *ears) receiveNotification(ctx context.Context, d *run.Deps, c Call, p payload, sent, now time.Time) error {
	n, err := p.read(c.ID, c.Type, p.channel(), sent, now)
	if err != nil {
		return fault.New(fault.Invalid, "the message does not say what happened: %s", err)
	}
	if len(n.Raw) > largestNotification {
		return fault.New(fault.TooLarge, "%s", tooLarge(len(n.Raw)))
	}
	channel, ok := e.to(n.Channel)
	if !ok { // the connection has ended; Twitch need not try again
		return nil
	}
	for _, f := range channel.hearing.facts(n) {
		if _, err := d.Append(ctx, channel.Owner, f.event, es.ID(f.id), es.At(n.At)); err != nil {
			return err
		}
	}
	return nil
}

func (e *ears) receiveRevocation(ctx context.Context, d *run.Deps, c Call, p payload) error {
	sub := readFields(p.Subscription)
	channel, ok := e.to(p.channel())
	if !ok {
		return nil
	}
	gone := events.SubscriptionRevoked{Connection: connection, Type: sub.text("type"), Status: sub.text("status")}
	if _, err := d.Append(ctx, channel.Owner, gone, es.ID(notification{ID: c.ID}.eventID())); err != nil {
		return err
	}
	if reason, all := endsAll(gone.Status); all {
		return lose(ctx, d, channel.Owner, "revoked", reason)
	}
	return nil
}
