package ledger

import (
	"context"
	"slices"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// span is how many places of a log without an index are looked through at first.
const span = 5000

// recentSeqs finds events from the cursor on in its direction, reading the log itself.
func recentSeqs(ctx context.Context, d *run.Deps, log events.Log, req ListEvents, from cursor, limit int) ([]uint64, error) {
	last, err := d.Logs.Last(ctx, log.Name)
	if err != nil {
		return nil, err
	}
	if from.newer {
		seqs, err := between(ctx, d, log, req, from.seq, last)
		return seqs[:min(len(seqs), limit)], err
	}
	if from.seq > 0 {
		last = min(last, from.seq-1)
	}
	for look := uint64(span); ; look *= 8 {
		after := last - min(look, last)
		seqs, err := between(ctx, d, log, req, after, last)
		if err != nil || len(seqs) >= limit || after == 0 {
			slices.Reverse(seqs)
			return seqs[:min(len(seqs), limit)], err
		}
	}
}

// between finds the events after one place of a log, up to another.
func between(ctx context.Context, d *run.Deps, log events.Log, req ListEvents, after, last uint64) (seqs []uint64, err error) {
	if after >= last {
		return nil, nil
	}
	tail := es.TailFrom{Subject: log.Owned(api.OwnerOf(ctx)), After: after, Until: last}
	err = d.Logs.Tail(ctx, log, tail, func(e es.Event) error {
		if e.Seq <= last && req.matches(e) {
			seqs = append(seqs, e.Seq)
		}
		return nil
	})
	return seqs, err
}

func (r ListEvents) matches(e es.Event) bool {
	is := func(asked, value string) bool { return asked == "" || asked == value }
	return is(r.Name, e.Name) && is(r.Aggregate, e.Aggregate) && is(r.AggregateID, e.AggregateID) &&
		is(r.Actor, e.Actor) && is(r.Correlation, e.Correlation) &&
		(r.Since.IsZero() || !e.Time.Before(r.Since)) && (r.Until.IsZero() || e.Time.Before(r.Until))
}
