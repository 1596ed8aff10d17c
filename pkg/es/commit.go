package es

import (
	"context"
	"errors"
	"sync"
)

const (
	// batchWorth is from how many events on an atomic batch costs less than one after the other.
	batchWorth = 10
	// mostInBatch and largestBatch, in bytes, are how much one batch takes.
	mostInBatch, largestBatch = 1000, 4 << 20
)

// committer writes the events of many callers to one log. A lone caller's event goes at once; what
// comes while something is on its way waits, and then goes together.
type committer struct {
	conn    *Conn
	mu      sync.Mutex
	busy    bool
	waiting []*pending
}

// pending is an event whose caller waits for the answer.
type pending struct {
	*draft
	ctx    context.Context
	answer chan answer
}

type answer struct {
	at  Position
	err error
}

// commit writes an event, perhaps with those of others.
func (c *Conn) commit(ctx context.Context, d *draft) (Position, error) {
	if d.log.Volatile { // nothing is synced, so there is nothing to share
		return c.publish(ctx, d)
	}
	return c.committers[d.log.Name].commit(ctx, d)
}

func (s *committer) commit(ctx context.Context, d *draft) (Position, error) {
	s.mu.Lock()
	if s.busy {
		p := &pending{d, ctx, make(chan answer, 1)}
		s.waiting = append(s.waiting, p)
		s.mu.Unlock()
		select {
		case a := <-p.answer:
			return a.at, a.err
		case <-ctx.Done():
			return Position{}, context.Cause(ctx)
		}
	}
	s.busy = true
	s.mu.Unlock()
	at, err := s.conn.publish(ctx, d)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy = len(s.waiting) > 0; s.busy {
		go s.drain()
	}
	return at, err
}

// drain writes what waits, until nothing does.
func (s *committer) drain() {
	for {
		s.mu.Lock()
		list := s.take()
		if len(list) == 0 {
			s.busy = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		if len(list) < batchWorth || !s.together(list) {
			s.apart(list)
		}
	}
}

// take chooses what goes next: all that waits, as far as it may be one batch. A guard says what the
// log had before the batch, so the guarded event is the first of its aggregate there. The lock is
// held.
func (s *committer) take() []*pending {
	var list, left []*pending
	size := 0
	aggregates, held := map[string]bool{}, map[string]bool{}
	for _, p := range s.waiting {
		if p.ctx.Err() != nil { // nobody waits for it
			continue
		}
		fits := len(list) == 0 || len(list) < mostInBatch && size+len(p.msg.Data) < largestBatch
		if !fits || held[p.filter] || p.expect != nil && aggregates[p.filter] {
			held[p.filter] = true // those that follow keep their order
			left = append(left, p)
			continue
		}
		aggregates[p.filter] = true
		size += len(p.msg.Data)
		list = append(list, p)
	}
	s.waiting = left
	return list
}

// together writes events as one batch; false when that was refused, and none was written.
func (s *committer) together(list []*pending) bool {
	ctx, cancel := untilNobodyWaits(list)
	defer cancel()
	drafts := make([]*draft, len(list))
	for i, p := range list {
		drafts[i] = p.draft
	}
	positions, err := s.conn.publishBatch(ctx, drafts)
	if errors.Is(err, errBatchRefused) {
		return false
	}
	for i, p := range list {
		if err != nil {
			p.answer <- answer{err: err}
		} else {
			p.answer <- answer{at: positions[i]}
		}
	}
	return true
}

// untilNobodyWaits is a context that ends when those of all callers have ended.
func untilNobodyWaits(list []*pending) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for _, p := range list {
			select {
			case <-p.ctx.Done():
			case <-ctx.Done():
				return
			}
		}
		cancel()
	}()
	return ctx, cancel
}

// apart writes events by themselves: those of one aggregate one after the other.
func (s *committer) apart(list []*pending) {
	var order []string
	groups := map[string][]*pending{}
	for _, p := range list {
		if groups[p.filter] == nil {
			order = append(order, p.filter)
		}
		groups[p.filter] = append(groups[p.filter], p)
	}
	var writing sync.WaitGroup
	for _, filter := range order {
		writing.Go(func() {
			for _, p := range groups[filter] {
				at, err := s.conn.publish(p.ctx, p.draft)
				p.answer <- answer{at, err}
			}
		})
	}
	writing.Wait()
}
