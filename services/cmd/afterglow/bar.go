package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// bar shows progress on a terminal, and nothing elsewhere.
type bar struct {
	w     io.Writer
	mu    sync.Mutex
	label string
}

func newBar(w io.Writer, label string) *bar {
	if !isTerminal(w) {
		w = nil
	}
	return &bar{w: w, label: label}
}

func (b *bar) stage(label string, percent float64) {
	b.mu.Lock()
	b.label = label
	b.mu.Unlock()
	b.set(percent)
}

func (b *bar) set(percent float64) {
	if b.w == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	const width = 30
	full := min(max(int(percent*width/100), 0), width)
	fmt.Fprintf(b.w, "\r\x1b[K%s%s %3.0f %%  %s", strings.Repeat("█", full), strings.Repeat("░", width-full), percent, b.label)
}

// count shows how many of how many are done.
func (b *bar) count(done, total uint64) {
	b.set(float64(done) / float64(max(total, 1)) * 100)
}

func (b *bar) end() {
	if b.w != nil {
		fmt.Fprint(b.w, "\r\x1b[K")
	}
}

// jobs shows what is worked on of a clip; of several stages the last.
func (b *bar) jobs(board json.RawMessage, clip string) error {
	var jobs struct {
		Items []struct {
			AggregateID string `json:"aggregateId"`
			Stages      []struct {
				Stage     string  `json:"stage"`
				Running   int     `json:"running"`
				Done      int     `json:"done"`
				Total     int     `json:"total"`
				Percent   float64 `json:"percent"`
				Speed     float64 `json:"speed"`
				Remaining float64 `json:"remaining"`
			} `json:"stages"`
		} `json:"items"`
	}
	if err := json.Unmarshal(board, &jobs); err != nil {
		return err
	}
	for _, pipeline := range jobs.Items {
		if pipeline.AggregateID != clip {
			continue
		}
		for _, s := range slices.Backward(pipeline.Stages) {
			if s.Running == 0 {
				continue
			}
			label := s.Stage
			if s.Speed > 0 {
				label += fmt.Sprintf(", %.1f× realtime", s.Speed)
			}
			if s.Total > 1 {
				label += fmt.Sprintf(", %d of %d done", s.Done, s.Total)
			} else if s.Remaining > 0 {
				label += fmt.Sprintf(", %s left", time.Duration(s.Remaining*float64(time.Second)).Round(time.Second))
			}
			b.stage(label, s.Percent)
			return nil
		}
	}
	return nil
}
