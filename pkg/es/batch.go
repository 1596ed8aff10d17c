package es

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// The headers of an atomic batch, as JetStream reads them.
const (
	headerBatch         = "Nats-Batch-Id"
	headerBatchSequence = "Nats-Batch-Sequence"
	headerBatchCommit   = "Nats-Batch-Commit"
)

// errBatchRefused is a batch of which nothing was written: an aggregate had moved on, an event was
// on the log already, or the server does not take more batches now.
var errBatchRefused = errors.New("the batch was refused")

// publishBatch writes events as one atomic batch. A lost answer is not a lost batch: its events
// carry their ids, so that the same batch sent again is refused, and each is then found by its id.
func (c *Conn) publishBatch(ctx context.Context, list []*draft) ([]Position, error) {
	for {
		last, err := c.sendBatch(ctx, list)
		switch {
		case err == nil:
			positions := make([]Position, len(list))
			for i := range list {
				positions[i] = Position{list[0].log.Name, last - uint64(len(list)-1-i)}
			}
			return positions, nil
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case !isAmbiguous(err):
			return nil, fmt.Errorf("%w: %w", errBatchRefused, err)
		}
		for _, d := range list {
			d.sent = true
		}
		pause(ctx, 100*time.Millisecond)
	}
}

// sendBatch answers the sequence of the last event.
func (c *Conn) sendBatch(ctx context.Context, list []*draft) (uint64, error) {
	id := NewID()
	for i, d := range list {
		msg := &nats.Msg{Subject: d.msg.Subject, Data: d.msg.Data, Header: nats.Header{}}
		for key, values := range d.msg.Header {
			msg.Header[key] = values
		}
		msg.Header.Set(headerBatch, id)
		msg.Header.Set(headerBatchSequence, strconv.Itoa(i+1))
		if d.expect != nil {
			msg.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(*d.expect, 10))
			msg.Header.Set(jetstream.ExpectedLastSubjSeqSubjHeader, d.filter)
		}
		if i < len(list)-1 {
			if err := c.nc.PublishMsg(msg); err != nil {
				return 0, err
			}
			continue
		}
		msg.Header.Set(headerBatchCommit, "1")
		ctx, cancel := context.WithTimeout(ctx, answerWait)
		defer cancel()
		reply, err := c.nc.RequestMsgWithContext(ctx, msg)
		if err != nil {
			return 0, err
		}
		var ack struct {
			Sequence uint64              `json:"seq"`
			Count    int                 `json:"count"`
			Error    *jetstream.APIError `json:"error"`
		}
		if err := json.Unmarshal(reply.Data, &ack); err != nil {
			return 0, fmt.Errorf("answer to a batch: %w", err)
		}
		if ack.Error != nil {
			return 0, ack.Error
		}
		if ack.Count != len(list) {
			return 0, fmt.Errorf("answer to a batch: %d of %d events", ack.Count, len(list))
		}
		return ack.Sequence, nil
	}
	return 0, errors.New("a batch without events")
}

// publishAll writes events as one atomic batch, and says why when it is refused.
func (c *Conn) publishAll(ctx context.Context, list []*draft) ([]Position, error) {
	if list[0].again { // then all of it may have been written
		if positions, err := c.findAll(ctx, list); err != nil || positions != nil {
			return positions, err
		}
	}
	positions, reason := c.publishBatch(ctx, list)
	if !errors.Is(reason, errBatchRefused) {
		return positions, reason
	}
	if positions, err := c.findAll(ctx, list); err != nil || positions != nil {
		return positions, err
	}
	for _, d := range list {
		if d.expect == nil {
			continue
		}
		last, err := c.lastOf(ctx, d.log.Name, d.filter)
		if err != nil {
			return nil, err
		}
		if seq := sequenceOf(last); seq != *d.expect {
			return nil, &ConflictError{Last: Position{d.log.Name, seq}}
		}
	}
	return nil, reason
}

// findAll looks for events that were written together before; nil when they were not.
func (c *Conn) findAll(ctx context.Context, list []*draft) ([]Position, error) {
	var positions []Position
	for _, d := range list {
		d.sent = true
		p, there, err := c.findDraft(ctx, d)
		if err != nil || !there {
			return nil, err
		}
		positions = append(positions, p)
	}
	return positions, nil
}
