package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// JetStream writes and reads snapshots of its streams itself: sequences, times, ids and consumers stay
// what they were. This speaks that API directly, because nats.go does not and jsm.go knows a stream's
// settings only as far as its own version does, and would lose the others.

// snapshotWait is how long the server may be silent during a snapshot.
const snapshotWait = 30 * time.Second

// snapshotted is a snapshot's settings and state, as a server wants them back to restore it.
type snapshotted struct {
	Config json.RawMessage `json:"config"`
	// State is the log's at the beginning of the snapshot, which may have a few events more.
	State jetstream.StreamState `json:"state"`
}

// requestSnapshot asks the JetStream API, which answers with an error in the body.
func requestSnapshot(ctx context.Context, nc *nats.Conn, subject string, body, out any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, snapshotWait)
	defer cancel()
	msg, err := nc.RequestWithContext(ctx, subject, data)
	if err != nil {
		return err
	}
	return readAnswer(msg.Data, out)
}

func readAnswer(data []byte, out any) error {
	var answer struct {
		Error *struct {
			Description string `json:"description"`
		} `json:"error"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return fmt.Errorf("the answer of nats-server: %w", err)
	}
	if answer.Error != nil {
		return errors.New(answer.Error.Description)
	}
	return json.Unmarshal(data, out)
}

// takeSnapshot writes a stream and its consumers to w.
func takeSnapshot(ctx context.Context, nc *nats.Conn, stream string, w io.Writer) (snapshotted, error) {
	var taken snapshotted
	inbox := nc.NewRespInbox()
	chunks, err := nc.SubscribeSync(inbox)
	if err != nil {
		return taken, err
	}
	defer func() { _ = chunks.Unsubscribe() }()
	if err := chunks.SetPendingLimits(-1, -1); err != nil {
		return taken, err
	}
	asked := map[string]any{"deliver_subject": inbox, "chunk_size": 128 << 10, "jsck": true}
	if err := requestSnapshot(ctx, nc, "$JS.API.STREAM.SNAPSHOT."+stream, asked, &taken); err != nil {
		return taken, err
	}
	for {
		waiting, cancel := context.WithTimeout(ctx, snapshotWait)
		chunk, err := chunks.NextMsgWithContext(waiting)
		cancel()
		if err != nil {
			return taken, err
		}
		if len(chunk.Data) == 0 {
			if status := chunk.Header.Get("Status"); status != "" && status != "204" {
				return taken, fmt.Errorf("nats-server ended the snapshot: %s %s", status, chunk.Header.Get("Description"))
			}
			return taken, nil
		}
		if _, err := w.Write(chunk.Data); err != nil {
			return taken, err
		}
		if chunk.Reply != "" {
			if err := chunk.Respond(nil); err != nil {
				return taken, err
			}
		}
	}
}

// putSnapshot makes a stream, which may not be there, of a snapshot.
func putSnapshot(ctx context.Context, nc *nats.Conn, stream string, taken snapshotted, r io.Reader) error {
	if nc.ConnectedClusterName() == "" {
		var err error
		if taken.Config, err = single(taken.Config); err != nil {
			return err
		}
	}
	var accepted struct {
		DeliverSubject string `json:"deliver_subject"`
	}
	if err := requestSnapshot(ctx, nc, "$JS.API.STREAM.RESTORE."+stream, taken, &accepted); err != nil {
		return err
	}
	content, chunk := bufio.NewReader(r), make([]byte, 128<<10)
	for {
		n, err := io.ReadFull(content, chunk)
		if n > 0 {
			asking, cancel := context.WithTimeout(ctx, snapshotWait)
			answer, err := nc.RequestWithContext(asking, accepted.DeliverSubject, chunk[:n])
			cancel()
			if err != nil {
				return err
			}
			if len(bytes.TrimSpace(answer.Data)) > 0 {
				return fmt.Errorf("nats-server refuses it: %s", answer.Data)
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	// From here on the server unpacks and checks, which takes as long as there is.
	answer, err := nc.RequestWithContext(ctx, accepted.DeliverSubject, nil)
	if err != nil {
		return err
	}
	return readAnswer(answer.Data, &struct{}{})
}

// single are the settings of a stream on a server that is no cluster: it has one replica.
func single(config json.RawMessage) (json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(config, &fields); err != nil {
		return nil, err
	}
	fields["num_replicas"] = json.RawMessage("1")
	delete(fields, "placement")
	return json.Marshal(fields)
}
