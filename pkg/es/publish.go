package es

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// answerWait is how long the answer to what was sent may take. It does not come at all when the log lost its
// leader meanwhile.
const answerWait = 5 * time.Second

// publish sends an event until the log has answered. A lost answer is not a lost event: the event
// carries its id, and the same one sent again is either a duplicate or, when guarded, found on the
// log.
func (c *Conn) publish(ctx context.Context, d *draft) (Position, error) {
	opts := []jetstream.PublishOpt{jetstream.WithExpectStream(d.log.Name)}
	if d.expect != nil {
		opts = append(opts, jetstream.WithExpectLastSequenceForSubject(*d.expect, d.filter))
	}
	for {
		waiting, cancel := context.WithTimeout(ctx, answerWait)
		ack, err := c.js.PublishMsg(waiting, d.msg, opts...)
		cancel()
		switch {
		case err == nil:
			return Position{d.log.Name, ack.Sequence}, nil
		case isConflict(err):
			return c.conflict(ctx, d)
		case ctx.Err() != nil || !isAmbiguous(err):
			return Position{}, err
		}
		d.sent = true
		select {
		case <-ctx.Done():
			return Position{}, context.Cause(ctx)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// conflict tells a real conflict from the answer to an event that was stored before.
func (c *Conn) conflict(ctx context.Context, d *draft) (Position, error) {
	if p, found, err := c.findDraft(ctx, d); err != nil || found {
		return p, err
	}
	last, err := c.lastOf(ctx, d.log.Name, d.filter)
	if err != nil {
		return Position{}, err
	}
	return Position{}, &ConflictError{Last: Position{d.log.Name, sequenceOf(last)}}
}

// findDraft looks for an event that may have been stored: it is the aggregate's newest one, unless it
// was sent before and others came after it.
func (c *Conn) findDraft(ctx context.Context, d *draft) (Position, bool, error) {
	last, err := c.lastOf(ctx, d.log.Name, d.filter)
	if err != nil || last == nil {
		return Position{}, false, err
	}
	if last.Header.Get(jetstream.MsgIDHeader) == d.id() {
		return Position{d.log.Name, last.Sequence}, true, nil
	}
	if !d.sent {
		return Position{}, false, nil
	}
	after := Position{Log: d.log.Name}
	if d.expect != nil {
		after.Seq = *d.expect
	}
	return c.find(ctx, d.log.Name, d.filter, after, d.id())
}

func sequenceOf(msg *jetstream.RawStreamMsg) uint64 {
	if msg == nil {
		return 0
	}
	return msg.Sequence
}

// lastOf is the newest message on a filter, nil when there is none.
func (c *Conn) lastOf(ctx context.Context, log, filter string) (*jetstream.RawStreamMsg, error) {
	stream, err := c.stream(log)
	if err != nil {
		return nil, err
	}
	msg, err := stream.GetLastMsgForSubject(ctx, filter)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	return msg, err
}

// find looks for an event by its id among those of one subject after a position.
func (c *Conn) find(ctx context.Context, log, subject string, after Position, id string) (Position, bool, error) {
	stream, err := c.stream(log)
	if err != nil {
		return Position{}, false, err
	}
	seq := uint64(1)
	if after.Log == log {
		seq = after.Seq + 1
	}
	for {
		msg, err := stream.GetMsg(ctx, seq, jetstream.WithGetMsgSubject(subject))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return Position{}, false, nil
		}
		if err != nil {
			return Position{}, false, fmt.Errorf("looking for %s: %w", subject, err)
		}
		if msg.Header.Get(jetstream.MsgIDHeader) == id {
			return Position{log, msg.Sequence}, true, nil
		}
		seq = msg.Sequence + 1
	}
}

func isConflict(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence ||
		api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// isAmbiguous tells whether the message may or may not have been stored.
func isAmbiguous(err error) bool {
	return errors.Is(err, nats.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse) ||
		errors.Is(err, nats.ErrDisconnected) || errors.Is(err, nats.ErrConnectionReconnecting)
}
