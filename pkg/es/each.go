package es

import (
	"context"
	"errors"
	"fmt"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// AppendEach writes facts to one log in the order given, together as far as that is cheaper, and answers
// how many of them are there for good: all, unless there is an error. What is on the log already is passed
// over, so the same call with the same IDs may be repeated, with all of them or with the rest. What NATS does
// not take is fault.TooLarge, and those before it are there.
func (c *Conn) AppendEach(ctx context.Context, drafts ...Draft) (int, error) {
	done := 0
	for done < len(drafts) {
		list, err := c.batchOf(ctx, drafts[done:])
		if err != nil {
			return done, err
		}
		n, err := c.publishEach(ctx, list)
		c.appended.Add(uint64(n))
		done += n
		if err != nil {
			return done, fmt.Errorf("append %s: %w", events.Name(drafts[done].Event), err)
		}
	}
	return done, nil
}

// batchOf are those that go into one batch, from the first on.
func (c *Conn) batchOf(ctx context.Context, drafts []Draft) ([]*draft, error) {
	var list []*draft
	size := 0
	for _, each := range drafts[:min(len(drafts), mostInBatch)] {
		d, err := newDraft(ctx, each.Owner, each.Event, each.Options)
		if err == nil {
			err = c.fits(d)
		}
		if fault.Is(err, fault.TooLarge) && len(list) > 0 {
			break // those before it come first
		}
		if err != nil {
			return nil, err
		}
		if len(list) > 0 && d.log.Name != list[0].log.Name {
			return nil, fmt.Errorf("append %s: it is on %s and the others on %s; together go only those of one log",
				events.Name(each.Event), d.log.Name, list[0].log.Name)
		}
		if size += len(d.msg.Data); len(list) > 0 && size > largestBatch {
			break
		}
		setTrace(ctx, d.msg.Header)
		list = append(list, d)
	}
	return list, nil
}

// publishEach writes events as one batch, or one after the other when that costs less, or when the batch is
// refused: for instance because one of them is on the log already.
func (c *Conn) publishEach(ctx context.Context, list []*draft) (int, error) {
	if len(list) >= batchWorth {
		if _, err := c.publishBatch(ctx, list); err == nil {
			return len(list), nil
		} else if !errors.Is(err, errBatchRefused) {
			return 0, err
		}
	}
	for i, d := range list {
		if _, err := c.publish(ctx, d); err != nil {
			return i, err
		}
	}
	return len(list), nil
}
