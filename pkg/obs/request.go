package obs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// The codes of a RequestError that callers tell apart.
const (
	// NotReady: OBS starts, or changes its scene collection.
	NotReady = 207
	// UnknownRequest: this OBS is too old for it.
	UnknownRequest = 204
)

// RequestError is why OBS has refused a request.
type RequestError struct {
	// Type of the request.
	Type string
	Code int
	// Comment is OBS's own sentence, or empty.
	Comment string
}

func (e *RequestError) Error() string {
	return fmt.Sprintf("OBS refuses %s with code %d: %s", e.Type, e.Code, e.Comment)
}

// response is what OBS answers to a request.
type response struct {
	ID     string `json:"requestId"`
	Status struct {
		Result  bool   `json:"result"`
		Code    int    `json:"code"`
		Comment string `json:"comment"`
	} `json:"requestStatus"`
	Data json.RawMessage `json:"responseData"`
}

// patience is how long to wait until OBS is asked again that was not ready.
const patience = 200 * time.Millisecond

// Request asks OBS, and decodes the answer into out; data and out may be nil. While OBS is not ready it is
// asked again, until the context ends. Errors: RequestError when it is refused.
func (c *Conn) Request(ctx context.Context, kind string, data, out any) error {
	for {
		err := c.request(ctx, kind, data, out)
		var refused *RequestError
		if !errors.As(err, &refused) || refused.Code != NotReady {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(patience):
		}
	}
}

func (c *Conn) request(ctx context.Context, kind string, data, out any) error {
	answered := make(chan response, 1)
	c.mu.Lock()
	c.asked++
	id := strconv.Itoa(c.asked)
	c.answers[id] = answered
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.answers, id)
		c.mu.Unlock()
	}()
	request := map[string]any{"requestType": kind, "requestId": id}
	if data != nil {
		request["requestData"] = data
	}
	if err := c.write(opRequest, request); err != nil {
		return fmt.Errorf("asking OBS for %s: %w", kind, err)
	}
	select {
	case <-ctx.Done():
		return fmt.Errorf("asking OBS for %s: %w", kind, ctx.Err())
	case <-c.ended:
		return fmt.Errorf("asking OBS for %s: %w", kind, c.err)
	case r := <-answered:
		if !r.Status.Result {
			return &RequestError{Type: kind, Code: r.Status.Code, Comment: r.Status.Comment}
		}
		if out == nil {
			return nil
		}
		if err := json.Unmarshal(r.Data, out); err != nil {
			return fmt.Errorf("answer of OBS to %s: %w", kind, err)
		}
		return nil
	}
}

// answer hands a response to who has asked; nobody waits for it when they gave up.
func (c *Conn) answer(text json.RawMessage) {
	var r response
	if json.Unmarshal(text, &r) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if answered, ok := c.answers[r.ID]; ok {
		answered <- r
		delete(c.answers, r.ID)
	}
}
