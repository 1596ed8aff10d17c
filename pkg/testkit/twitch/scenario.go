package twitch

import (
	"bytes"
	"context"
	_ "embed" // the lively scenario
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Scenario is what happens, step by step.
type Scenario struct {
	Name string `json:"name"`
	// Loop begins again after the last step.
	Loop  bool   `json:"loop"`
	Steps []Step `json:"steps"`
}

//go:embed lively.json
var lively []byte

// Lively is a scenario in which a bit of everything happens, within a few minutes.
func Lively() Scenario {
	scenario, err := ParseScenario(lively)
	if err != nil {
		panic(err) // a test reads it
	}
	return scenario
}

// ParseScenario reads the JSON of a scenario; its error says which step is wrong.
func ParseScenario(text []byte) (Scenario, error) {
	var scenario Scenario
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&scenario); err != nil {
		return Scenario{}, fmt.Errorf("reading the scenario: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Scenario{}, errors.New("reading the scenario: there is something after its end")
	}
	var whole time.Duration
	for i, step := range scenario.Steps {
		if err := step.check(); err != nil {
			return Scenario{}, fmt.Errorf("step %d of the scenario: %w", i+1, err)
		}
		whole += time.Duration(step.After) + time.Duration(step.Every)*time.Duration(step.Repeat)
	}
	if scenario.Loop && whole == 0 {
		return Scenario{}, errors.New("a scenario that loops needs a step with a pause (after)")
	}
	return scenario, nil
}

// Play does the steps of a scenario, with pauses that are rate times as short, until it is over or
// the context ends. A step that cannot be done is told and passed over, unless tell is nil.
func (s *Server) Play(ctx context.Context, scenario Scenario, rate float64, tell func(Step, error)) error {
	if rate <= 0 {
		return fmt.Errorf("the rate has to be above zero; 1 is as written, 2 twice as fast")
	}
	for {
		for _, step := range scenario.Steps {
			pause := time.Duration(step.After)
			for range max(1, step.Repeat) {
				if err := s.sleep(ctx, time.Duration(float64(pause)/rate)); err != nil {
					return err
				}
				pause = time.Duration(step.Every)
				_, err := s.Do(step)
				if tell != nil {
					tell(step, err)
				} else if err != nil {
					return err
				}
			}
		}
		if !scenario.Loop {
			return nil
		}
	}
}

// sleep passes d by the server's clock.
func (s *Server) sleep(ctx context.Context, d time.Duration) error {
	if d > 0 {
		over := make(chan struct{})
		defer s.clock.AfterFunc(d, func() { close(over) })()
		select {
		case <-over:
		case <-ctx.Done():
		case <-s.ctx.Done():
		}
	}
	if s.ctx.Err() != nil {
		return errors.New("the fake Twitch was closed")
	}
	return ctx.Err()
}
