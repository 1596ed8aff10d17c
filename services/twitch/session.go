package twitch

import (
	"context"
	"fmt"
	"time"

	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

const (
	// handover is how long the former socket of a session is read after the new one was welcomed.
	handover = 5 * time.Second
	// moveTries is how often it is tried to move to another socket.
	moveTries = 3
)

// listen has a session whenever there can be one, until the context ends.
func (l *listener) listen(ctx context.Context) error {
	for failed := 0; ; {
		heard, err := l.session(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l.d.Logger.Warn("nothing is heard from twitch", "channel", l.Channel, "err", err)
		l.board.silent("websocket", l.stopped(err), err.Error())
		if heard {
			failed = 0
		}
		failed++
		if err := l.rest(ctx, backOff(failed)); err != nil {
			return err
		}
	}
}

// rest waits, unless somebody wants it to be tried at once.
func (l *listener) rest(ctx context.Context, d time.Duration) error {
	passed, stop := after(l.clock, d)
	defer stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-passed:
	case <-l.again:
	}
	return nil
}

// session is one session of EventSub: it may move from socket to socket.
type session struct {
	*listener
	// now is the socket that is read, former the one before it, which is read too until it is over.
	now, former *socket
	// moving tells the socket to move to; nil when there is none to come.
	moving chan moved
	// news are subscriptions that were made, or not.
	news chan []subscription
	list []subscription
	// since is when the first were; zero before that.
	since time.Time
	// touched is when something came last.
	touched time.Time
	// quiet, later and handed end when it is time to look whether something comes, to subscribe again to
	// what was not, and to leave the former socket.
	quiet, later, handed <-chan struct{}
}

// moved is a socket that a session can move to.
type moved struct {
	socket *socket
	err    error
}

// session opens a session and takes in what it tells, until it is lost; heard tells whether something could
// be heard in it.
func (l *listener) session(ctx context.Context) (heard bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	opened, err := dial(ctx, withKeepalive(l.d.Config.Twitch.EventSubURL))
	if err != nil {
		return false, err
	}
	if err := l.unhook(ctx); err != nil {
		l.d.Logger.Warn("subscriptions to the webhook are still there", "err", err)
	}
	s := &session{listener: l, now: opened, news: make(chan []subscription, 1), touched: l.clock.Now()}
	defer s.end()
	go s.subscribe(ctx, opened.id, grantedSubjects(l.Scopes))
	s.quiet, _ = after(l.clock, opened.quiet)
	for err == nil {
		err = s.step(ctx)
	}
	return !s.since.IsZero(), err
}

// end leaves nothing open.
func (s *session) end() {
	s.now.close()
	s.leave()
	if moving := s.moving; moving != nil {
		go func() {
			if m := <-moving; m.socket != nil {
				m.socket.close()
			}
		}()
	}
}

// leave ends the former socket.
func (s *session) leave() {
	if s.former != nil {
		s.former.close()
		s.former = nil
	}
}

// step does the next thing that there is to do; an error says why the session is lost.
func (s *session) step(ctx context.Context) error {
	var former <-chan frame
	if s.former != nil {
		former = s.former.frames
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case f := <-s.now.frames:
		if !f.last {
			s.take(ctx, f)
			return nil
		}
		if s.moving == nil {
			return f.err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m := <-s.moving:
			return s.move(m)
		}
	case f := <-former:
		if f.last {
			s.leave()
			return nil
		}
		s.take(ctx, f)
	case m := <-s.moving:
		if m.err != nil { // the socket may still be good for a while
			s.d.Logger.Warn("the session could not move", "err", m.err)
			s.moving = nil
			return nil
		}
		return s.move(m)
	case <-s.handed:
		s.handed = nil
		s.leave()
	case list := <-s.news:
		s.subscribed(list)
	case <-s.later:
		s.later = nil
		go s.subscribe(ctx, s.now.id, untold(s.list))
	case <-s.quiet:
		left := s.now.quiet - s.clock.Now().Sub(s.touched)
		if left <= 0 && len(s.now.frames) == 0 {
			return fmt.Errorf("nothing came for %s", s.now.quiet)
		}
		s.quiet, _ = after(s.clock, max(left, time.Second))
	}
	return nil
}

// move goes on with another socket. What is still to come over the former one comes too.
func (s *session) move(m moved) error {
	s.moving = nil
	if m.err != nil {
		return m.err
	}
	s.leave()
	s.former, s.now = s.now, m.socket
	s.handed, _ = after(s.clock, handover)
	return nil
}

// take takes in one message.
func (s *session) take(ctx context.Context, f frame) {
	now := s.clock.Now()
	s.touched = now
	since := f.sent(now, s.now.quiet)
	s.heard(since)
	if f.err != nil {
		s.missing(since, f.err)
		return
	}
	switch f.Metadata.Kind {
	case notifies:
		sent, _ := time.Parse(time.RFC3339Nano, f.Metadata.Timestamp) // otherwise it is now
		n, err := f.Payload.read(f.Metadata.ID, f.Metadata.Type, s.Channel, sent, now)
		if err != nil {
			s.missing(since, fmt.Errorf("a message could not be read: %w", err))
			return
		}
		s.listener.take(n, since)
	case revokes:
		sub := readFields(f.Payload.Subscription)
		s.revoked(ctx, f.Metadata.ID, sub.text("type"), sub.text("status"), since)
	case sessionReconnect:
		if address := f.Payload.Session.ReconnectURL; address != "" && s.moving == nil {
			s.moving = make(chan moved, 1)
			go s.dialNext(ctx, address, s.moving)
		}
	}
}

// missing takes note of a message that was not understood.
func (s *session) missing(at time.Time, err error) {
	s.d.Logger.Warn("a message of twitch was not understood", "err", err)
	s.intake.unread(at, err.Error())
}

// dialNext opens the socket that the session is to move to.
func (s *session) dialNext(ctx context.Context, address string, to chan<- moved) {
	var m moved
	for range moveTries {
		if m.socket, m.err = dial(ctx, address); m.err == nil || !pause(ctx, s.clock, time.Second) {
			break
		}
	}
	to <- m
}

// subscribe lets Twitch tell some subjects over the session.
func (s *session) subscribe(ctx context.Context, id string, list []subject) {
	made := subscribe(ctx, asUser(s.d, s.Owner), s.Channel, list, helix.Transport{Method: "websocket", SessionID: id})
	select {
	case s.news <- made:
	case <-ctx.Done():
	}
}

// subscribed takes note of what Twitch tells from now on.
func (s *session) subscribed(list []subscription) {
	s.list = merge(s.list, list)
	if len(untold(s.list)) > 0 {
		s.later, _ = after(s.clock, againAfter)
	}
	if !anyTold(list) {
		return
	}
	if s.since.IsZero() {
		s.since = s.clock.Now()
		s.resumed()
	} else {
		s.missed(missedSince(s.since, s.clock.Now(), "not everything could be subscribed to at once"))
	}
	s.board.heard("websocket", statuses(s.list))
}
