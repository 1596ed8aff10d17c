package twitch

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// callbackWait is how long, by the machine's clock, a callback may take to answer.
const callbackWait = 10 * time.Second

// retries are the pauses before a webhook message that was not taken is sent again.
var retries = []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute}

// newSender makes a client that follows no redirects, as Twitch does not.
func newSender() *http.Client {
	return &http.Client{
		Timeout: callbackWait, Transport: &http.Transport{MaxIdleConnsPerHost: 16},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// startWebhook sends what the subscription is told, in order, the challenge first. The lock is held.
func (s *Server) startWebhook(sub *Subscription) {
	sub.queue = newQueue[delivery]()
	challenge := rand.Text()
	s.deliver(sub, delivery{
		kind: "webhook_callback_verification", id: uuid(), body: map[string]any{"challenge": challenge, "subscription": sub.view()},
		done: func(right bool) {
			if sub.Status = enabled; !right {
				sub.Status = failedVerification
			}
		},
	})
	s.begin(func() {
		for {
			d, ok := sub.queue.take()
			if !ok {
				return
			}
			s.send(sub, d)
		}
	})
}

// send makes one attempt, and sees to what follows from it.
func (s *Server) send(sub *Subscription, d delivery) {
	said := d.raw
	if said == nil {
		var err error
		if said, err = json.Marshal(d.body); err != nil {
			panic(err) // the event has been JSON already
		}
	}
	err := s.post(sub, d, said)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.note()
	if s.ctx.Err() != nil {
		return
	}
	if err != nil {
		s.log.Warn("webhook not taken", "type", sub.Type, "attempt", d.attempt, "err", err)
	}
	switch {
	case d.done != nil:
		sub.pending--
		d.done(err == nil)
	case err == nil:
		sub.pending--
		sub.Failures = 0
	default:
		s.failed(sub, d)
	}
}

// failed counts a failure, and sends the message again later unless it is too late for that. The
// lock is held.
func (s *Server) failed(sub *Subscription, d delivery) {
	sub.Failures++
	if sub.Status == enabled && sub.Failures >= s.config.WebhookFailures {
		sub.pending--
		s.end(sub, failedTooOften)
		return
	}
	if d.attempt == len(retries) || sub.Status != enabled {
		sub.pending--
		return
	}
	wait := retries[d.attempt]
	d.attempt++
	s.clock.AfterFunc(wait, func() { sub.queue.put(d) })
}

// post makes the request and looks at its answer.
func (s *Server) post(sub *Subscription, d delivery, body []byte) error {
	ctx, cancel := context.WithTimeout(s.ctx, callbackWait)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, sub.Transport.Callback, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("webhook request: %w", err)
	}
	at := d.at
	if at.IsZero() {
		at = s.clock.Now()
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Twitch-EventSub")
	r.Header.Set("Twitch-Eventsub-Message-Id", d.id)
	r.Header.Set("Twitch-Eventsub-Message-Retry", strconv.Itoa(d.attempt))
	r.Header.Set("Twitch-Eventsub-Message-Type", d.kind)
	r.Header.Set("Twitch-Eventsub-Message-Timestamp", stamp(at))
	r.Header.Set("Twitch-Eventsub-Message-Signature", Sign(sub.secret, d.id, stamp(at), body))
	r.Header.Set("Twitch-Eventsub-Subscription-Type", sub.Type)
	r.Header.Set("Twitch-Eventsub-Subscription-Version", sub.Version)
	response, err := s.sender.Do(r)
	if err != nil {
		return fmt.Errorf("webhook request: %w", err)
	}
	defer response.Body.Close()
	answered, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("webhook answer: %w", err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("the callback answered %s", response.Status)
	}
	if d.done == nil {
		return nil
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	switch {
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("the callback answered the challenge with %s", response.Status)
	case kind != "text/plain":
		return fmt.Errorf("the callback answered the challenge as %q", kind)
	case string(answered) != d.body["challenge"]:
		return errors.New("the callback answered something else than the challenge")
	}
	return nil
}

// Sign is the signature of a webhook message: an HMAC over its id, its timestamp and its bytes.
func Sign(secret, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(id + timestamp))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}
